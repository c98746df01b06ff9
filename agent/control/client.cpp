#include "control/client.hpp"

#include "io/formats/json.hpp"

#include <utility>

namespace forager::control {

namespace asio = boost::asio;

namespace {

// What a failure says of the agent, for programs and for `presence_in`.
constexpr std::string_view presence_name = "agent";
constexpr std::string_view absent = "absent";
constexpr std::string_view lost = "lost";

Failure without_agent(const Peer& peer, const Failure& why)
{
    const bool begun = why.code == Errc::unreachable;
    if (!begun && why.code != Errc::not_found && why.code != Errc::refused)
        return why;
    Failure failure{why.code, begun ? "the agent on " + peer.socket + " went away before it had answered (" +
                                          why.message + "): " + peer.after_loss
                                    : "no agent answers on " + peer.socket + " (" + why.message +
                                          "): start one with 'forager agent', name its configuration with "
                                          "--config, or be in the group 'forager' to ask the service's"};
    failure.details.append(std::string{presence_name}, begun ? lost : absent);
    return failure;
}

Failure failure_in(const Object& error)
{
    Failure failure{code_named(part<std::string>(error, "code")).value_or(Errc::refused),
                    part<std::string>(error, "message")};
    failure.where = part<std::string>(error, "where");
    failure.traceback = part<std::string>(error, "traceback");
    for (const Member& member : error)
        if (member.name != "message" && member.name != "where" && member.name != "traceback")
            failure.details.append(member.name, member.value);
    return failure;
}

// Bytes are bytes again: what is shown to people, or marked once more for programs, is what the agent has.
Result<Value> read_answer(std::string_view text)
{
    auto value = parse_json(text);
    if (value)
        unmark_bytes(*value);
    return value;
}

Result<Value> result_in(const std::string& body)
{
    auto value = read_answer(body);
    auto* object = value ? value->get<Object>() : nullptr;
    if (object == nullptr)
        return Failure{Errc::refused, "the agent's answer cannot be read"};
    if (const Value* error = object->find("error"); error != nullptr && error->get<Object>() != nullptr)
        return failure_in(*error->get<Object>());
    Value* result = object->find("result");
    return result == nullptr ? Value{} : std::move(*result);
}

} // namespace

Failure failure_from(const Value& error)
{
    const auto* object = error.get<Object>();
    return object == nullptr ? Failure{Errc::refused, "the agent's answer cannot be read"} : failure_in(*object);
}

Presence presence_in(const Failure& failure)
{
    const std::string said = part<std::string>(failure.details, presence_name);
    return said == absent ? Presence::absent : said == lost ? Presence::lost : Presence::answers;
}

asio::awaitable<Result<Value>> Client::get(std::string path)
{
    return ask("GET", std::move(path), {});
}

asio::awaitable<Result<Value>> Client::post(std::string path, Object body)
{
    return ask("POST", std::move(path), to_json(Value{std::move(body)}));
}

asio::awaitable<Result<Value>> Client::remove(std::string path)
{
    return ask("DELETE", std::move(path), {});
}

http::Request Client::request(std::string method, const std::string& path, std::string body) const
{
    http::Request request;
    request.method = std::move(method);
    request.url = "unix:" + peer_.socket + ":" + path;
    request.body = std::move(body);
    return request;
}

asio::awaitable<Result<Value>> Client::ask(std::string method, std::string path, std::string body)
{
    http::Request asked = request(std::move(method), path, std::move(body));
    const auto response = co_await http_.send(std::move(asked));
    if (!response)
        co_return without_agent(peer_, response.error());
    co_return result_in(response->body);
}

asio::awaitable<Result<EventStream>> Client::open(std::string path, Object body)
{
    constexpr int fine = 200;
    http::Request asked = request("POST", path, to_json(Value{std::move(body)}));
    auto answer = co_await http_.open(std::move(asked));
    if (!answer)
        co_return without_agent(peer_, answer.error());
    if (answer->head().status == fine)
        co_return EventStream{std::move(*answer), peer_};
    const auto refused = co_await answer->read_some(); // short, and sent at once
    if (!refused)
        co_return without_agent(peer_, refused.error());
    const auto failure = result_in(*refused);
    co_return failure ? Failure{Errc::refused, "the agent's answer cannot be read"} : failure.error();
}

asio::awaitable<Result<std::optional<Value>>> EventStream::next()
{
    std::size_t end = bytes_.find('\n');
    while (end == std::string::npos) {
        const auto more = co_await answer_.read_some();
        if (!more)
            co_return without_agent(peer_, more.error());
        if (more->empty())
            co_return std::optional<Value>{};
        end = more->find('\n');
        end = end == std::string::npos ? end : end + bytes_.size();
        bytes_ += *more;
    }
    auto value = read_answer(std::string_view{bytes_}.substr(0, end));
    bytes_.erase(0, end + 1);
    if (!value)
        co_return value.error();
    co_return std::optional<Value>{std::move(*value)};
}

} // namespace forager::control
