// The library's part of a file of tests.
#include "scripting/bindings/bindings.hpp"

#include "core/options.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"
#include "scripting/test_bench.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

TestBench& bench_of(const Request& request)
{
    return *request.script.world().bench;
}

std::vector<Value> from(const Request& request, std::size_t first)
{
    return {request.args.begin() + static_cast<std::ptrdiff_t>(first), request.args.end()};
}

// test_declare(options, function)
Outcome test_declare(Request& request)
{
    DeclaredTest test;
    test.name = text_option(request.arg(0), "name");
    test.skip = text_option(request.arg(0), "skip");
    test.kill = flag_option(request.arg(0), "kill", false);
    test.where = place_of(request.script.vm().current().thread);
    test.function = static_cast<int>(whole(request, 1));
    if (auto declared = bench_of(request).declare(std::move(test)); !declared)
        return declared.error();
    return Outputs{};
}

// test_answer(function)
Outcome test_answer(Request& request)
{
    bench_of(request).answer_with(static_cast<int>(whole(request, 0)));
    return Outputs{};
}

// test_stand_in(function's name)
Outcome test_stand_in(Request& request)
{
    bench_of(request).stand_in(text(request, 0));
    return Outputs{};
}

// test_complain(message)
Outcome test_complain(Request& request)
{
    Failure problem{Errc::script, text(request, 0)};
    problem.where = text(request, 1);
    bench_of(request).complain(std::move(problem));
    return Outputs{};
}

Outcome test_lines(Request& request)
{
    Array lines;
    for (std::string& line : bench_of(request).lines())
        lines.emplace_back(std::move(line));
    return Outputs{Value{std::move(lines)}};
}

asio::awaitable<Outcome> test_load(Request request)
{
    return bench_of(request).load(text(request, 0));
}

// test_call(name, ...)
asio::awaitable<Outcome> test_call(Request request)
{
    return bench_of(request).call(text(request, 0), from(request, 1));
}

asio::awaitable<Outcome> test_advance(Request request)
{
    const auto time = to_duration(request.arg(0));
    return time ? bench_of(request).advance(*time) : failed(time.error());
}

// test_happen(event, payload)
asio::awaitable<Outcome> test_happen(Request request)
{
    return bench_of(request).happen(text(request, 0), request.arg(1));
}

asio::awaitable<Outcome> test_restart(Request request)
{
    return bench_of(request).restart();
}

constexpr Binding bindings[] = {
    {"test_declare", test_declare, nullptr, true},
    {"test_answer", test_answer, nullptr, true},
    {"test_stand_in", test_stand_in},
    {"test_complain", test_complain},
    {"test_lines", test_lines},
    {"test_load", Inside{test_load}},
    {"test_call", Inside{test_call}, "null"},
    {"test_advance", Inside{test_advance}},
    {"test_happen", Inside{test_happen}, "null"},
    {"test_restart", Inside{test_restart}},
};

} // namespace

std::span<const Binding> test_bindings()
{
    return bindings;
}

} // namespace forager::scripting
