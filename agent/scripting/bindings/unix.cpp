// Commands, and the lines of those whose output is read while they run.
#include "scripting/bindings/bindings.hpp"

#include "primitives/unix.hpp"
#include "scripting/bindings/command_options.hpp"
#include "scripting/bindings/keeping.hpp"
#include "scripting/line_queue.hpp"
#include "scripting/scratch_folder.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

Command command_of(Request& request)
{
    const Value& given = request.arg(0);
    Command command;
    for (const Value& word : *option(given, "argv")->get<Array>())
        command.argv.push_back(*word.get<std::string>());
    command.input = text_option(given, "stdin");
    command.user = text_option(given, "user");
    command.merge = flag_option(given, "merge", false);
    read_common_options(command, request);
    if (const auto limit = whole_option(given, "limit"))
        command.limit = static_cast<std::size_t>(*limit);
    if (const Value* limits = option(given, "limits"))
        command.limits = limits_of(*limits);
    return command;
}

Failure no_scratch()
{
    return {Errc::bad_arguments, "sh: 'scratch' is not for functions with orphans = \"adopt\", whose commands outlive "
                                 "the agent that would remove the folder: make one, and name it with 'cwd'"};
}

asio::awaitable<Outcome> run_command(Request request, std::optional<Keep> keep)
{
    const auto lines = line_queue(request);
    Command command = command_of(request);
    auto timeout = duration_option(request.arg(0), "timeout");
    if (!timeout)
        co_return timeout.error();
    command.timeout = *timeout;
    command.lines = lines.get();
    std::optional<ScratchFolder> scratch;
    const bool wants_scratch = flag_option(request.arg(0), "scratch", false);
    if (wants_scratch && keep)
        co_return no_scratch();
    command.keep = std::move(keep);
    if (command.keep)
        tell_of_adoption(*command.keep, request, shown(command.argv));
    if (wants_scratch) {
        auto made = ScratchFolder::make();
        if (!made)
            co_return made.error();
        scratch.emplace(std::move(*made));
        command.cwd = scratch->path();
    }
    const bool check = flag_option(request.arg(0), "check", true);
    auto completed = co_await run_checked(request.script.world().processes, std::move(command), check);
    if (!completed)
        co_return completed.error();
    co_return Outputs{Value{record_of(std::move(*completed))}};
}

// unix_run(options, lines)
asio::awaitable<Outcome> unix_run(Request request)
{
    auto keep = keep_of(request, "command");
    return run_command(std::move(request), std::move(keep));
}

Outcome lines_open(Request& request)
{
    return Outputs{Value{request.script.open_lines()}};
}

Outcome lines_end(Request& request)
{
    if (const auto lines = request.script.lines(*request.arg(0).get<std::int64_t>()))
        lines->end();
    return Outputs{};
}

Outcome lines_close(Request& request)
{
    request.script.close_lines(*request.arg(0).get<std::int64_t>());
    return Outputs{};
}

asio::awaitable<Outcome> lines_next(Request request)
{
    const auto lines = request.script.lines(*request.arg(0).get<std::int64_t>());
    auto line = co_await lines->next();
    if (!line)
        co_return Outputs{};
    co_return Outputs{Value{std::move(line->text)}, Value{line->stream == Stream::out ? "stdout" : "stderr"}};
}

constexpr Binding bindings[] = {
    {"unix_run", Outside{unix_run, "sh"}, R"({"stdout":"","stderr":"","code":0,"seconds":0.0})"},
    {"lines_open", lines_open},
    {"lines_end", lines_end},
    {"lines_close", lines_close},
    {"lines_next", Inside{lines_next}},
};

} // namespace

std::span<const Binding> unix_bindings()
{
    return bindings;
}

} // namespace forager::scripting
