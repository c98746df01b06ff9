#include "primitives/docker/marked.hpp"

#include "base/text.hpp"
#include "clients/docker/exec.hpp"
#include "clients/docker/refusal.hpp"
#include "primitives/docker/output.hpp"
#include "primitives/marking.hpp"

#include <cstddef>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_output = std::size_t{256} * 1024;

constexpr const char* looking = R"sh(for p in /proc/[0-9]*; do
  e=$(cat $p/environ 2>/dev/null)
  case "$e" in
    *"$0"*) e=${e#*"$0"}; echo "${e%%;*}" ;;
  esac
done)sh";

// The word is the script's $0.
asio::awaitable<Result<Completed>> run_inside(docker::Client& client, Inside where, std::string script,
                                              std::string word)
{
    docker::ExecSpec spec;
    spec.command = {"sh", "-c", std::move(script), std::move(word)};
    spec.user = std::move(where.user);
    spec.privileged = where.privileged;
    auto id = co_await docker::create_exec(client, std::move(where.container), std::move(spec));
    if (id.has_error())
        co_return id.error();
    auto stream = co_await docker::start_exec(client, *id, false);
    if (stream.has_error())
        co_return stream.error();
    Output output{most_output, false, nullptr};
    if (auto read = co_await output.read(*stream); read.has_error())
        co_return read.error();
    auto state = co_await docker::inspect_exec(client, std::move(*id));
    if (state.has_error())
        co_return state.error();
    Completed done;
    done.code = static_cast<int>(state->exit_code);
    output.into(done);
    co_return done;
}

bool has_nothing_inside(const Failure& failure)
{
    constexpr int conflict = 409; // it does not run
    return failure.code == Errc::not_found || docker::status_of(failure) == conflict;
}

} // namespace

asio::awaitable<Result<bool>> end_marked(docker::Client& client, Inside where, std::string mark)
{
    const auto done = co_await run_inside(client, std::move(where), end_marked_script, std::move(mark));
    if (done.has_value())
        co_return done->code == 0;
    if (has_nothing_inside(done.error()))
        co_return true;
    co_return done.error();
}

asio::awaitable<Result<std::set<std::string>>> marks_in(docker::Client& client, Inside where, std::string beginning)
{
    std::set<std::string> marks;
    const auto done = co_await run_inside(client, std::move(where), looking, std::move(beginning));
    if (done.has_error() && !has_nothing_inside(done.error()))
        co_return done.error();
    if (done.has_value() && done->code == 0)
        for (const std::string_view line : split(done->out, '\n'))
            if (!line.empty())
                marks.emplace(line);
    co_return marks;
}

} // namespace forager::docker_work
