#include "scripting/durability.hpp"

#include "scripting/script.hpp"
#include "scripting/vm/vm.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

// What is different, or nothing when the code counts as the same.
std::string difference(const Object& began, const CodeVersion& code)
{
    const std::string version = part<std::string>(began, "version");
    if (version != code.version)
        return "it began with version " + (version.empty() ? "(none)" : version) + ", and now there is version " +
               (code.version.empty() ? "(none)" : code.version);
    if (!code.version.empty() || part<std::string>(began, "text") == code.text)
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
