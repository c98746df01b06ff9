#include "io/process/kept/heard.hpp"

#include <sys/wait.h>

#include <csignal>
#include <utility>

namespace forager {

void Heard::keep(const KeeperWord& word)
{
    if (const auto* so_far = std::get_if<KeptSoFar>(&word))
        output(so_far->stream).kept.go_on_from(so_far->state);
    else if (const auto* bytes = std::get_if<KeptBytes>(&word))
        output(bytes->stream).kept.add(bytes->bytes);
    else if (const auto* end = std::get_if<KeptEnd>(&word))
        end_ = *end;
    else if (const auto* failure = std::get_if<KeptFailure>(&word))
        failure_ = failure->failure;
}

std::vector<Heard::Line> Heard::lines_of(const KeeperWord& word)
{
    std::vector<Line> lines;
    if (const auto* so_far = std::get_if<KeptSoFar>(&word)) {
        add_lines(lines, so_far->stream, so_far->state.head);
        if (so_far->state.cut > 0) {
            add_rest(lines, so_far->stream);
            lines.push_back({so_far->stream, "[… " + std::to_string(so_far->state.cut) + " bytes cut …]"});
        }
        add_lines(lines, so_far->stream, so_far->state.tail);
    } else if (const auto* bytes = std::get_if<KeptBytes>(&word)) {
        add_lines(lines, bytes->stream, bytes->bytes);
    } else if (ended()) {
        add_rest(lines, Stream::out);
        add_rest(lines, Stream::err);
    }
    return lines;
}

void Heard::add_lines(std::vector<Line>& lines, Stream stream, std::string_view bytes)
{
    for (std::string& text : output(stream).lines.cut(bytes))
        lines.push_back({stream, std::move(text)});
}

void Heard::add_rest(std::vector<Line>& lines, Stream stream)
{
    if (auto rest = output(stream).lines.rest())
        lines.push_back({stream, std::move(*rest)});
}

Result<Completed> Heard::result()
{
    if (failure_)
        return *failure_;
    // Without an end somebody killed the keeper, and its command was killed for want of one.
    const KeptEnd end = end_.value_or(KeptEnd{SIGKILL, {}});
    Completed done;
    done.signal = WIFSIGNALED(end.status) ? WTERMSIG(end.status) : 0;
    done.code = done.signal != 0 ? 128 + done.signal : WEXITSTATUS(end.status);
    done.elapsed = end.elapsed;
    take_outputs(done.out, done.err);
    return done;
}

void Heard::take_outputs(std::string& out, std::string& err)
{
    out = out_.kept.take();
    err = err_.kept.take();
}

} // namespace forager
