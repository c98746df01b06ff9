#include "core/kubernetes_event.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace forager {

Result<KubernetesEvent> KubernetesEvent::parse(std::string_view text)
{
    static const std::array<std::string, 3> types{"added", "modified", "deleted"};
    const std::size_t end = text.find('/');
    KubernetesEvent event;
    event.resource = text.substr(0, end);
    event.type = end == std::string_view::npos ? "*" : text.substr(end + 1);
    if (event.resource.empty())
        return Failure{Errc::bad_arguments, "a k8s: event names a resource, as in k8s:pods/deleted"};
    if (event.type == "*")
        event.type.clear();
    else if (std::ranges::find(types, event.type) == types.end()) {
        const auto near = nearest(event.type, types);
        return Failure{Errc::bad_arguments,
                       "'" + event.type + "' does not happen to " + event.resource + ", " +
                           (near ? "did you mean '" + *near + "'?" : "only added, modified, deleted, and * for all")};
    }
    return event;
}

} // namespace forager
