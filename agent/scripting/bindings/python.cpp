// Python code.
#include "scripting/bindings/bindings.hpp"

#include "primitives/python.hpp"
#include "scripting/bindings/command_options.hpp"
#include "scripting/script.hpp"

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

PythonCall call_of(Request& request)
{
    const Value& given = request.arg(0);
    PythonCall call;
    call.code = text_option(given, "code");
    call.file = text_option(given, "file");
    call.call = text_option(given, "call");
    call.python = text_option(given, "python");
    if (const Value* args = option(given, "args"))
        call.args = *args->get<Array>();
    if (const Value* kwargs = option(given, "kwargs"); kwargs != nullptr && kwargs->get<Object>() != nullptr)
        call.kwargs = *kwargs->get<Object>();
    read_common_options(call, request);
    return call;
}

// python_run(options, lines)
asio::awaitable<Outcome> python_run(Request request)
{
    const auto lines = line_queue(request);
    PythonCall call = call_of(request);
    auto timeout = duration_option(request.arg(0), "timeout");
    if (!timeout)
        co_return timeout.error();
    call.timeout = *timeout;
    call.lines = lines.get();
    co_return co_await run_python(request.script.world().processes, std::move(call));
}

constexpr Binding bindings[] = {
    {"python_run", Outside{python_run, "python"}, "null"},
};

} // namespace

std::span<const Binding> python_bindings()
{
    return bindings;
}

} // namespace forager::scripting
