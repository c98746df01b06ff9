#include "core/kubernetes_event.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace forager;

namespace {

std::string read(std::string_view text)
{
    const auto event = KubernetesEvent::parse(text);
    return event ? event->resource + " " + event->type : event.error().message;
}

} // namespace

TEST_CASE("an event of objects names their resource, and what happens to them")
{
    CHECK(read("pods/deleted") == "pods deleted");
    CHECK(read("widgets.example.com/added") == "widgets.example.com added");
    CHECK(read("pods") == "pods ");
    CHECK(read("pods/*") == "pods ");
    CHECK(read("pods/delted") == "'delted' does not happen to pods, did you mean 'deleted'?");
    CHECK(read("pods/") == "'' does not happen to pods, only added, modified, deleted, and * for all");
    CHECK(read("/added") == "a k8s: event names a resource, as in k8s:pods/deleted");
}
