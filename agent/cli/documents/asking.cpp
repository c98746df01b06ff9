#include "cli/documents/asking.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "clients/kubernetes/times.hpp"
#include "io/system_clock.hpp"
#include "io/url.hpp"
#include "ports/within.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

const Value* member(const Value& value, std::string_view name)
{
    const auto* object = value.get<Object>();
    return object == nullptr ? nullptr : object->find(name);
}

std::int64_t number_in(const Value& value, std::string_view name)
{
    const auto* object = value.get<Object>();
    return object == nullptr ? 0 : part<std::int64_t>(*object, name);
}

bool is_gone(const Failure& failure)
{
    return failure.code == Errc::not_found && control::presence_in(failure) == control::Presence::answers;
}

Failure failed(const Value& document)
{
    const std::string why = text_of(document, "message");
    if (!text_of(document, "failed").empty()) // it has been taken back, and the message says so
        return {Errc::refused, title_of(document) + ": " + why};
    return {Errc::refused, title_of(document) + ": the change to generation " + text_of(document, "generation") +
                               " has failed" + (why.empty() ? "" : ": " + why)};
}

// Waits for each form of it that has not been seen; `last` is kept for who has no patience any more.
asio::awaitable<Result<Value>> follow(control::Client& client, std::string what, SeeDocument see,
                                      std::shared_ptr<Value> last, bool to_its_end)
{
    // Its status may still be that of before it was changed: one turn is waited for, however it goes.
    if (!to_its_end)
        (void)co_await client.post(place_of(what) + "/reconcile", {});
    std::string seen;
    for (;;) {
        auto document = co_await client.get(place_of(what) + seen);
        if (document.has_error())
            co_return document.error();
        if (to_its_end && text_of(*document, "deleting") != "true")
            co_return Value{}; // another one of this name
        *last = *document;
        see(*last);
        const Course course = course_of(*last);
        if (!to_its_end && course == Course::failed)
            co_return failed(*last);
        if (!to_its_end && course == Course::there)
            co_return *last;
        seen = "?seen=" + percent_encoded(text_of(*last, "print"));
    }
}

asio::awaitable<Result<Value>> follow_patiently(control::Client& client, std::string what, TimeLimit limit,
                                                SeeDocument see, bool to_its_end)
{
    SystemClock clock{co_await asio::this_coro::executor};
    const auto last = std::make_shared<Value>();
    auto followed = co_await within(clock, std::optional{clock.now() + limit.left()},
                                    follow(client, what, std::move(see), last, to_its_end), "");
    if (followed.has_error() && followed.error().code == Errc::timed_out && followed.error().message.empty())
        co_return Failure{Errc::timed_out, "not done within " + to_text(limit.whole()) + ": " +
                                               (last->is_null() ? what : line_of(*last))};
    co_return followed;
}

} // namespace

std::string place_of(std::string_view what)
{
    const std::size_t end = what.find('/');
    const std::string kind = end == std::string_view::npos ? "" : percent_encoded(what.substr(0, end)) + ":";
    return "/v1/documents/" + kind + percent_encoded(end == std::string_view::npos ? what : what.substr(end + 1));
}

std::string title_of(const Value& summary)
{
    return text_of(summary, "kind") + "/" + text_of(summary, "name");
}

std::string line_of(const Value& summary)
{
    std::string line = title_of(summary) + ": " + text_of(summary, "phase");
    if (const std::string wanted = text_of(summary, "replicas"); !wanted.empty())
        line += ", " + std::to_string(number_in(summary, "ready")) + " of " + wanted + " ready";
    const std::string message = text_of(summary, "message");
    return line + (message.empty() ? "" : ": " + message);
}

std::string ready_text(const Value& summary)
{
    const std::string wanted = text_of(summary, "replicas");
    return wanted.empty() ? "-" : std::to_string(number_in(summary, "ready")) + "/" + wanted;
}

std::string age_text(const Value& object, std::string_view name)
{
    const auto time = kubernetes::parse_time(text_of(object, name));
    if (!time)
        return {};
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - *time);
    return age.count() <= 0 ? "0 s" : to_text(Duration{age});
}

Failure told_of(const WrittenDocument& written, Failure failure)
{
    if (control::presence_in(failure) != control::Presence::answers)
        return failure;
    const bool is_mistake = failure.code == Errc::bad_arguments || failure.code == Errc::not_found;
    if (failure.code == Errc::not_found) // nobody keeps this kind
        failure.details.set("field", "kind");
    failure = placed(written, std::move(failure));
    failure.declaration = is_mistake;
    return failure;
}

Course course_of(const Value& document)
{
    const std::string phase = text_of(document, "phase");
    if (text_of(document, "has_failed") == "true")
        return Course::failed;
    if (phase == "Paused")
        return Course::there;
    const Value* status = member(document, "status");
    const Value* observed = status == nullptr ? nullptr : member(*status, "observedGeneration");
    const bool is_observed =
        observed == nullptr || number_in(*status, "observedGeneration") >= number_in(document, "generation");
    const bool is_there = phase == "Running" && is_observed && text_of(document, "deleting") != "true";
    return is_there ? Course::there : Course::going;
}

asio::awaitable<Result<Value>> arrived(control::Client& client, std::string what, TimeLimit limit, SeeDocument see)
{
    return follow_patiently(client, std::move(what), limit, std::move(see), false);
}

asio::awaitable<Result<void>> gone(control::Client& client, std::string what, TimeLimit limit, SeeDocument see)
{
    const auto followed = co_await follow_patiently(client, std::move(what), limit, std::move(see), true);
    if (followed.has_error() && !is_gone(followed.error()))
        co_return followed.error();
    co_return Result<void>{};
}

SeeDocument telling_lines(const Common& common)
{
    if (common.quiet || common.json)
        return [](const Value&) {};
    return [last = std::make_shared<std::string>()](const Value& document) {
        const std::string line = line_of(document);
        const bool is_said_at_the_end = course_of(document) == Course::there;
        if (std::exchange(*last, line) != line && !is_said_at_the_end)
            write_err(printable(line + "\n"));
    };
}

void add_patience(CLI::App& command, Patience& patience, const char* until)
{
    CLI::Option* wait = command.add_flag("--wait", patience.wait, until);
    add_duration(command, "--timeout", patience.timeout, "With --wait: give up after so long (5m)")->needs(wait);
}

} // namespace forager::cli
