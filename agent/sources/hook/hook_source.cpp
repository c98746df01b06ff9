#include "sources/hook/hook_source.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"
#include "sources/hook/hook_event.hpp"
#include "sources/hook/proof.hpp"

#include <set>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr Duration told_again = std::chrono::minutes{1};

http::Reply try_again(Failure failure, const char* seconds)
{
    http::Reply reply = http::failure_reply(503, failure);
    reply.headers.add("Retry-After", seconds);
    return reply;
}

// What makes it the same event. Headers differ from one try of the caller to the next.
std::string print_of(const http::ServedRequest& request)
{
    Array parts{request.method, request.path};
    for (const auto& [name, value] : request.query)
        parts.emplace_back(Array{name, value});
    if (request.segments.size() + 1 != split(request.path, '/').size()) // the path does not say all
        parts.emplace_back(Array(request.segments.begin(), request.segments.end()));
    parts.emplace_back(request.body);
    return to_hex(digest(Digest::sha256, to_json(Value{std::move(parts)})));
}

// Of an event that goes into the queue, from its caller's header (draft-ietf-httpapi-idempotency-key-header); empty
// where there is none. Kept by the queue: must stay as it is.
Result<std::string> idempotency_key(const Hook& hook, const http::ServedRequest& request)
{
    constexpr std::size_t longest = 255;
    const std::string* given = request.headers.find("idempotency-key");
    if (given == nullptr || !hook.durable)
        return std::string{};
    if (given->empty() || given->size() > longest)
        return Failure{Errc::bad_arguments,
                       "the header Idempotency-Key has 1 to " + std::to_string(longest) + " characters"};
    return "hook " + hook.function + " " + *given + " " + print_of(request);
}

http::Reply refusal_of_queue(const Failure& failure)
{
    if (failure.code == Errc::limit || failure.code == Errc::refused)
        return try_again({failure.code, "the agent takes no work at this moment: " + failure.message}, "10");
    if (failure.code == Errc::not_found)
        return try_again({Errc::refused, "the agent takes no work at this moment: try again later"}, "10");
    return http::failure_reply(500, {Errc::script, "the event could not be kept; the agent's log says why"});
}

} // namespace

// One of those that may run at once.
class HookSource::Place {
public:
    explicit Place(HookSource& source) : source_{source} { ++source_.running_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place()
    {
        if (--source_.running_ == 0)
            source_.emptied_.set();
    }

private:
    HookSource& source_;
};

HookSource::HookSource(const asio::any_io_executor& executor, Parts parts, Config config)
    : parts_{std::move(parts)}, config_{config}, emptied_{executor}
{
}

void HookSource::set(std::vector<Hook> hooks)
{
    hooks_.clear();
    for (Hook& hook : hooks)
        hooks_.push_back(std::make_shared<const Hook>(std::move(hook)));
}

HookSource::HookPtr HookSource::find(const http::ServedRequest& request) const
{
    HookPtr found;
    for (const HookPtr& hook : hooks_)
        if (hook->route.method() == request.method && hook->route.match(request.segments) &&
            (found == nullptr || hook->route.goes_before(found->route)))
            found = hook;
    return found;
}

bool HookSource::proves_itself(const http::ServedRequest& request) const
{
    const HookPtr hook = find(request);
    return hook != nullptr && hook->proof != Proof::none;
}

asio::awaitable<http::Reply> HookSource::handle(http::ServedRequest request)
{
    const HookPtr hook = find(request);
    if (hook == nullptr)
        co_return no_hook(request);
    if (!proves(*hook, request))
        co_return not_proven(*hook, request.peer);
    if (stopping_)
        co_return try_again({Errc::refused, "the agent is stopping: try again later"}, "10");
    hide_proof(*hook, request);
    auto key = idempotency_key(*hook, request);
    if (!key)
        co_return http::failure_reply(400, key.error());
    Invocation invocation;
    invocation.function = hook->function;
    invocation.source = "hook";
    invocation.label = "http:" + hook->route.text();
    Object params = hook->route.match(request.segments).value();
    invocation.args.push_back(hook_event(std::move(request), std::move(params)));
    auto work = hook->durable ? put(std::move(invocation), std::move(*key)) : call(std::move(invocation));
    http::Reply reply = co_await std::move(work);
    co_return reply;
}

http::Reply HookSource::no_hook(const http::ServedRequest& request) const
{
    std::set<std::string> methods;
    for (const HookPtr& hook : hooks_)
        if (hook->route.match(request.segments))
            methods.insert(hook->route.method());
    if (methods.empty())
        return http::failure_reply(404, {Errc::not_found, "there is no hook at " + printable(request.path)});
    std::string allowed;
    for (const std::string& method : methods)
        allowed += (allowed.empty() ? "" : ", ") + method;
    http::Reply reply = http::failure_reply(405, {Errc::refused, "this hook is for " + allowed});
    reply.headers.add("Allow", allowed);
    return reply;
}

// Whoever guesses must not fill the log.
http::Reply HookSource::not_proven(const Hook& hook, const std::string& peer)
{
    const TimePoint now = parts_.clock.now();
    ++untold_;
    if (!told_ || now - *told_ >= told_again) {
        const std::string why = hook.secret.empty() ? " has no secret to check its callers by, and refuses "
                                                    : " was called without its secret by ";
        parts_.tell(
            "the hook " + hook.route.text() + why + peer +
            (untold_ > 1 ? ", and hooks refused " + std::to_string(untold_ - 1) + " times since the last word" : ""));
        told_ = now;
        untold_ = 0;
    }
    http::Reply reply = http::failure_reply(401, {Errc::refused, "this caller is not known"});
    reply.headers.add("WWW-Authenticate", "Bearer");
    return reply;
}

asio::awaitable<http::Reply> HookSource::put(Invocation invocation, std::string key)
{
    if (to_json(invocation.args.front()).size() > config_.event)
        co_return http::failure_reply(413, {Errc::limit, "the event is larger than " + bytes_text(config_.event)});
    const std::string function = invocation.function;
    Submission submission;
    submission.invocation = std::move(invocation);
    submission.key_is_enough = !key.empty();
    submission.idempotency_key = std::move(key);
    const auto accepted = co_await parts_.queue.put(std::move(submission));
    if (!accepted) {
        parts_.tell("an event of the hook " + function + " is refused: " + accepted.error().message);
        co_return refusal_of_queue(accepted.error());
    }
    co_return http::json_reply(202, Object{{"id", accepted->id}});
}

asio::awaitable<http::Reply> HookSource::call(Invocation invocation)
{
    if (const std::string why = parts_.held_up ? parts_.held_up() : std::string{}; !why.empty())
        co_return try_again({Errc::refused, why}, "10");
    if (running_ >= config_.at_once)
        co_return try_again({Errc::limit, "too many hooks run at once: try again"}, "1");
    const Place place{*this};
    const std::string function = invocation.function;
    Outcome outcome = co_await parts_.call(std::move(invocation));
    if (!outcome)
        co_return hook_failure_reply(outcome.error());
    auto reply = hook_reply(as_one(std::move(*outcome)));
    if (reply)
        co_return std::move(*reply);
    parts_.tell(function + ": " + reply.error().message);
    co_return hook_failure_reply({Errc::script, {}});
}

asio::awaitable<void> HookSource::idle()
{
    while (running_ > 0) {
        emptied_.clear();
        co_await emptied_.wait();
    }
}

} // namespace forager
