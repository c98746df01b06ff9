#include "clients/docker/exec.hpp"

#include "io/url.hpp"

#include "clients/docker/asking.hpp"

namespace forager::docker {

namespace asio = boost::asio;

asio::awaitable<Result<std::string>> create_exec(Client& client, std::string container, ExecSpec spec)
{
    Ask ask{"POST", "/containers/" + percent_encoded(container) + "/exec"};
    ask.body = Object{{"Cmd", list_of(spec.command)},
                      {"Env", assignments_of(spec.env)},
                      {"User", spec.user},
                      {"WorkingDir", spec.cwd},
                      {"Privileged", spec.privileged},
                      {"Tty", spec.tty},
                      {"AttachStdout", true},
                      {"AttachStderr", true}};
    auto made = co_await ask_object(client, std::move(ask), "a command in a container");
    if (made.has_error())
        co_return made.error();
    auto id = part<std::string>(*made, "Id");
    if (id.empty())
        co_return unreadable("a command in a container");
    co_return id;
}

asio::awaitable<Result<OutputStream>> start_exec(Client& client, std::string exec, bool tty)
{
    Ask ask{"POST", "/exec/" + percent_encoded(exec) + "/start"};
    ask.body = Object{{"Detach", false}, {"Tty", tty}};
    auto stream = co_await client.open(std::move(ask));
    if (stream.has_error())
        co_return stream.error();
    co_return OutputStream{std::move(*stream), tty};
}

asio::awaitable<Result<ExecState>> inspect_exec(Client& client, std::string exec)
{
    auto told =
        co_await ask_object(client, {"GET", "/exec/" + percent_encoded(exec) + "/json"}, "a command in a container");
    if (told.has_error())
        co_return told.error();
    ExecState state;
    state.running = part<bool>(*told, "Running");
    state.exit_code = part<std::int64_t>(*told, "ExitCode");
    state.pid = part<std::int64_t>(*told, "Pid");
    const auto process = part<Object>(*told, "ProcessConfig");
    state.user = part<std::string>(process, "user");
    state.privileged = part<bool>(process, "privileged");
    co_return state;
}

} // namespace forager::docker
