#include "scripting/durability.hpp"

#include "core/options.hpp"
#include "scripting/script.hpp"
#include "scripting/vm/vm.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

std::string text_in(const Object& object, std::string_view name)
{
    const Value* value = object.find(name);
    const auto* text = value == nullptr ? nullptr : value->get<std::string>();
    return text == nullptr ? std::string{} : *text;
}

// What is different, or nothing when the code counts as the same.
std::string difference(const Object& began, const CodeVersion& code)
{
    const std::string version = text_in(began, "version");
    if (version != code.version)
        return "it began with version " + (version.empty() ? "(none)" : version) + ", and now there is version " +
               (code.version.empty() ? "(none)" : code.version);
    if (!code.version.empty() || text_in(began, "text") == code.text)
        return {};
    return "its script has changed since it began";
}

Failure changed(const std::string& function, const std::string& what)
{
    Failure failure{Errc::refused, function + " cannot go on where it was: " + what};
    failure.retry = false;
    return failure;
}

} // namespace

Recording* recording_of(const Request& request)
{
    return request.script.vm().current().in_step() ? nullptr : request.context.recording;
}

Value failure_to_data(const Failure& failure)
{
    return Object{
        {"code", std::string{word(failure.code)}}, {"message", failure.message}, {"where", failure.where},
        {"traceback", failure.traceback},          {"retry", failure.retry},     {"details", failure.details}};
}

Failure failure_from_data(const Value& data)
{
    static const Object none;
    const Object& object = data.get<Object>() == nullptr ? none : *data.get<Object>();
    Failure failure{code_named(text_in(object, "code")).value_or(Errc::script), text_in(object, "message")};
    failure.where = text_in(object, "where");
    failure.traceback = text_in(object, "traceback");
    const auto retry = flag_option(object, "retry", true);
    failure.retry = !retry || *retry;
    if (const Value* details = object.find("details"); details != nullptr && details->get<Object>() != nullptr)
        failure.details = *details->get<Object>();
    return failure;
}

asio::awaitable<Result<void>> settle_version(Recording& recording, CodeVersion code, Observer& observer)
{
    const std::string key = "version";
    const Outcome* known = recording.find(key);
    if (known == nullptr) {
        Outcome now{Outputs{Value{Object{{"version", code.version}, {"text", code.text}}}}};
        Result<void> kept = co_await recording.keep(key, std::move(now));
        co_return kept;
    }
    const Value began = *known ? as_one(**known) : Value{};
    const std::string what = began.get<Object>() == nullptr ? "" : difference(*began.get<Object>(), code);
    if (what.empty())
        co_return Result<void>{};
    if (code.fails_when_changed)
        co_return changed(recording.invocation().function, what);
    observer.line(recording.invocation(), "goes on with other code: " + what);
    co_return Result<void>{};
}

} // namespace forager::scripting
