// The client against the cluster that the environment names. Started by kubernetes_client_test.py, which brings it up;
// with arguments it does one thing, which a test disturbs, and says how it went.
#include "clients/kubernetes/client.hpp"
#include "clients/kubernetes/discovery.hpp"
#include "clients/kubernetes/exec.hpp"
#include "clients/kubernetes/finding.hpp"
#include "clients/kubernetes/logs.hpp"
#include "clients/kubernetes/objects.hpp"
#include "clients/kubernetes/refusal.hpp"
#include "clients/kubernetes/watch.hpp"
#include "io/entropy.hpp"
#include "io/formats/json.hpp"
#include "io/process/local_process_runner.hpp"
#include "result_text.hpp"
#include "strand.hpp"

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace forager;
using namespace forager::kubernetes;
using namespace forager::test;

namespace {

std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

Client::Config config()
{
    Whereabouts where;
    where.kubeconfig = variable("KUBECONFIG");
    where.account_folder = variable("FORAGER_ACCOUNT");
    where.account_host = variable("KUBERNETES_SERVICE_HOST");
    where.account_port = variable("KUBERNETES_SERVICE_PORT");
    where.space = variable("FORAGER_SPACE");
    Client::Config config;
    config.access = find_access(where).value();
    return config;
}

struct Visitor {
    template <class T> T run(boost::asio::awaitable<T> work) { return strand.run(std::move(work)); }

    Place place(std::string word) { return {run(discovery.named(std::move(word))).value(), client.access().space}; }

    Strand strand;
    SystemRandom chance;
    LocalProcessRunner runner{strand.executor(), strand.pool, strand.clock};
    Client client{strand.pool, strand.clock, runner, config()};
    Discovery discovery{client};
};

Object parsed(const std::string& text)
{
    return *parse_json(text).value().get<Object>();
}

Object config_map(const std::string& name, const std::string& value)
{
    return parsed(R"({"metadata":{"name":")" + name + R"(","labels":{"part":"test"}},"data":{"key":")" + value +
                  R"("}})");
}

std::string value_of(const Object& map)
{
    return part<std::string>(part<Object>(map, "data"), "key");
}

bool holds(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

std::string shown(const Change& change)
{
    return std::string{word(change.type)} + " " + name_of(*change.object);
}

} // namespace

TEST_CASE("objects are made, read, changed and removed, and refusals say what the server says")
{
    Visitor visitor;
    const Place maps = visitor.place("configmaps");
    const auto made = visitor.run(create(visitor.client, maps, config_map("one", "a")));
    REQUIRE(made.has_value());
    CHECK(uid_of(*made) != "");
    const auto again = visitor.run(create(visitor.client, maps, config_map("one", "b")));
    CHECK(reason_of(again.error()) == "AlreadyExists");
    CHECK(value_of(visitor.run(get(visitor.client, maps, "one")).value()) == "a");
    const auto changed = visitor.run(patch(visitor.client, maps, "one", parsed(R"({"data":{"key":"c"}})")));
    CHECK(value_of(changed.value()) == "c");
    const auto stale = visitor.run(replace(visitor.client, maps, *made));
    CHECK(reason_of(stale.error()) == "Conflict");
    CHECK(status_of(visitor.run(get(visitor.client, maps, "none")).error()) == 404);
    Removal another;
    another.uid = "00000000-0000-0000-0000-000000000000";
    CHECK(status_of(visitor.run(remove(visitor.client, maps, "one", another)).error()) == 409);
    CHECK(visitor.run(remove(visitor.client, maps, "one", {})).has_value());
    CHECK(visitor.run(get(visitor.client, maps, "one")).error().code == Errc::not_found);
    const auto wrong = visitor.run(create(visitor.client, maps, config_map("Not A Name", "a")));
    CHECK(wrong.error().code == Errc::bad_arguments);
    CHECK(holds(wrong.error().message, "Invalid value"));
}

TEST_CASE("what is applied belongs to its manager, and others are told")
{
    Visitor visitor;
    const Place maps = visitor.place("cm");
    CHECK(visitor.run(apply(visitor.client, maps, config_map("owned", "a"), "first", false)).has_value());
    CHECK(visitor.run(apply(visitor.client, maps, config_map("owned", "a"), "first", false)).has_value());
    const auto other = visitor.run(apply(visitor.client, maps, config_map("owned", "b"), "second", false));
    CHECK(status_of(other.error()) == 409);
    CHECK(holds(other.error().message, "conflict with \"first\""));
    CHECK(value_of(visitor.run(apply(visitor.client, maps, config_map("owned", "b"), "second", true)).value()) == "b");
    CHECK(visitor.run(remove(visitor.client, maps, "owned", {})).has_value());
}

TEST_CASE("lists come in pages, chosen by their labels")
{
    Visitor visitor;
    const Place maps = visitor.place("configmaps");
    for (int i = 0; i < 12; ++i)
        REQUIRE(visitor.run(create(visitor.client, maps, config_map("many-" + std::to_string(i), "a"))).has_value());
    const Selector ours{"part=test", ""};
    auto page = visitor.run(list_page(visitor.client, maps, ours, "", 5));
    REQUIRE(page.has_value());
    CHECK(page->items.size() == 5);
    CHECK(page->next != "");
    page = visitor.run(list_page(visitor.client, maps, ours, page->next, 50));
    CHECK(page->items.size() == 7);
    CHECK(page->next == "");
    const auto all = visitor.run(list(visitor.client, maps, ours));
    CHECK(all->items.size() == 12);
    CHECK(part<std::string>(*all->items.front().get<Object>(), "kind") == "ConfigMap");
    CHECK(visitor.run(list(visitor.client, maps, {"", "metadata.name=many-3"}))->items.size() == 1);
    CHECK(visitor.run(list(visitor.client, maps, {"not a selector!", ""})).error().code == Errc::bad_arguments);
    for (int i = 0; i < 12; ++i)
        REQUIRE(visitor.run(remove(visitor.client, maps, "many-" + std::to_string(i), {})).has_value());
}

TEST_CASE("kinds of the cluster's own making are found, used and gone again")
{
    Visitor visitor;
    const Place kinds = visitor.place("crd");
    const std::string name = "widgets." + visitor.client.access().space + ".example.org";
    const std::string group = visitor.client.access().space + ".example.org";
    Object kind =
        parsed(R"({"metadata":{"name":")" + name + R"("},"spec":{"group":")" + group + R"(","scope":"Namespaced",
        "names":{"plural":"widgets","kind":"Widget"},"versions":[{"name":"v1","served":true,"storage":true,
        "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}})");
    REQUIRE(visitor.run(create(visitor.client, kinds, kind)).has_value());
    auto widgets = visitor.run(visitor.discovery.named("widgets." + group));
    while (widgets.has_error() && widgets.error().code == Errc::not_found)
        widgets = visitor.run(visitor.discovery.named("widgets." + group)); // it is taken up a moment later
    REQUIRE(widgets.has_value());
    const Place place{*widgets, visitor.client.access().space};
    const Object widget = parsed(R"({"metadata":{"name":"w"},"spec":{"size":3}})");
    CHECK(visitor.run(apply(visitor.client, place, widget, "forager", false)).has_value());
    CHECK(part<std::int64_t>(part<Object>(visitor.run(get(visitor.client, place, "w")).value(), "spec"), "size") == 3);
    CHECK(visitor.run(visitor.discovery.of_kind(group + "/v1", "Widget"))->name == "widgets");
    CHECK(visitor.run(visitor.discovery.named("gadgets")).error().code == Errc::not_found);
    CHECK(visitor.run(remove(visitor.client, kinds, name, {})).has_value());
}

TEST_CASE("a watch tells what is there and what happens then")
{
    Visitor visitor;
    const Place maps = visitor.place("configmaps");
    const Selector ours{"part=test", ""};
    REQUIRE(visitor.run(create(visitor.client, maps, config_map("seen", "a"))).has_value());
    Watcher watcher{visitor.client, visitor.chance, maps, ours};
    CHECK(shown(visitor.run(watcher.next()).value()) == "added seen");
    CHECK(watcher.is_complete());
    REQUIRE(visitor.run(patch(visitor.client, maps, "seen", parsed(R"({"data":{"key":"b"}})"))).has_value());
    const auto changed = visitor.run(watcher.next());
    CHECK(shown(changed.value()) == "modified seen");
    CHECK(value_of(*changed->object) == "b");
    CHECK(part<std::string>(*changed->object, "kind") == "ConfigMap");
    REQUIRE(visitor.run(remove(visitor.client, maps, "seen", {})).has_value());
    CHECK(shown(visitor.run(watcher.next()).value()) == "deleted seen");
}

namespace {

// Says each change of our config maps until one is called "end".
int watch_maps(Visitor& visitor)
{
    Watcher::Config patience;
    patience.longest_silence = std::chrono::seconds{2};
    Watcher watcher{visitor.client, visitor.chance, visitor.place("configmaps"), Selector{"part=test", ""}, patience};
    for (;;) {
        const auto change = visitor.run(watcher.next());
        if (change.has_error()) {
            std::cout << "failed " << change.error().message << std::endl;
            return 1;
        }
        std::cout << shown(*change) << " " << value_of(*change->object) << std::endl;
        if (name_of(*change->object) == "end")
            return 0;
    }
}

int follow(Visitor& visitor, const std::string& pod)
{
    FollowedLog log{visitor.client, visitor.client.access().space, pod, {}};
    for (;;) {
        const auto line = visitor.run(log.next());
        if (line.has_error()) {
            std::cout << "failed " << line.error().message << std::endl;
            return 1;
        }
        if (!*line)
            return 0;
        std::cout << (*line)->text << std::endl;
    }
}

// Its input is "input"; says "out: …" and "err: …" of what it says, and how it ended.
int exec(Visitor& visitor, const std::vector<std::string>& words)
{
    ExecSpec spec;
    spec.space = visitor.client.access().space;
    spec.pod = words.at(1);
    spec.command = {words.begin() + 2, words.end()};
    spec.input = true;
    auto command = visitor.run(Exec::open(visitor.client, spec));
    std::map<Stream, std::string> said;
    if (command.has_value()) {
        (void)visitor.run(command->write("input\n"));
        (void)visitor.run(command->end_input());
    }
    while (command.has_value()) {
        auto piece = visitor.run(command->read());
        if (piece.has_error())
            command = piece.error();
        else if (!*piece)
            break;
        else
            said[(*piece)->stream] += (*piece)->bytes;
    }
    if (command.has_error()) {
        std::cout << "failed " << command.error().message << std::endl;
        return 1;
    }
    std::cout << "out: " << said[Stream::out] << "err: " << said[Stream::err] << "code: " << command->exit_code()
              << std::endl;
    return 0;
}

int read_one(Visitor& visitor, const std::string& word, const std::string& name)
{
    const auto object = visitor.run(get(visitor.client, visitor.place(word), name));
    if (object.has_error()) {
        std::cout << status_of(object.error()) << " " << object.error().message << std::endl;
        return 1;
    }
    std::cout << to_json(*object) << std::endl;
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty())
        return doctest::Context{argc, argv}.run();
    Visitor visitor;
    if (words.front() == "watch")
        return watch_maps(visitor);
    if (words.front() == "follow")
        return follow(visitor, words.at(1));
    if (words.front() == "exec")
        return exec(visitor, words);
    return read_one(visitor, words.at(1), words.at(2));
}
