#include "scripting/bindings/keeping.hpp"

#include "scripting/script.hpp"

#include <utility>

namespace forager::scripting {

std::optional<Keep> keep_of(const Request& request, std::string_view what)
{
    Recording* recording = request.context.recording;
    if (recording == nullptr || !request.context.commands.keeps())
        return {};
    const Invocation& invocation = request.context.invocation;
    Keep keep;
    keep.root = root_of(invocation);
    keep.invocation = invocation.id;
    keep.part = request.script.vm().current().recorded_step();
    keep.place = recording->next_key(std::string{what} + " of " + keep.part) + " in try " +
                 std::to_string(attempt_of(invocation));
    return keep;
}

void tell_of_adoption(Keep& keep, const Request& request, std::string shown)
{
    keep.adopted = [&request, name = std::move(shown)](std::string_view how) {
        const Context& context = request.context;
        context.observer.line(context.invocation, "adopted `" + name + "`: " + std::string{how});
        request.script.world().scheduler.note(context.invocation, "`" + name + "` was adopted: " + std::string{how});
    };
}

} // namespace forager::scripting
