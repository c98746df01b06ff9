#include "config/table.hpp"

#include "base/secrets.hpp"
#include "config/values.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace forager;
using namespace forager::config;

namespace {

Settings one_of_each()
{
    Settings settings;
    for (const Section& section : sections())
        if (section.repeated())
            section.add(settings);
    return settings;
}

template <class Visit> void for_every_key(Visit visit)
{
    for (const Section& section : sections())
        for (const Key& key : section.keys) {
            INFO(section.name << "." << key.name);
            visit(section, key);
        }
}

} // namespace

TEST_CASE("every key takes the default that it shows")
{
    Settings settings = one_of_each();
    for_every_key([&](const Section&, const Key& key) {
        const Value shown = key.show(settings, 0);
        CHECK(key.read(settings, 0, shown));
        CHECK(key.show(settings, 0) == shown);
    });
    CHECK(settings == one_of_each());
}

TEST_CASE("every key refuses a value of another type and leaves what was there")
{
    Settings settings = one_of_each();
    for_every_key([&](const Section&, const Key& key) {
        CHECK_FALSE(key.read(settings, 0, Object{}));
        CHECK_FALSE(key.read(settings, 0, Array{Value{1}}));
        CHECK_FALSE(key.read(settings, 0, nullptr));
        CHECK_FALSE(key.read(settings, 0, -1.5));
    });
    CHECK(settings == one_of_each());
}

TEST_CASE("every key has a sentence, and no two have a name or a variable in common")
{
    std::set<std::string> names;
    std::set<std::string> variables;
    for_every_key([&](const Section& section, const Key& key) {
        CHECK(key.doc.ends_with("."));
        CHECK(names.insert(path_of(section, 0, key)).second);
        CHECK(variables.insert(own_variable(section, key)).second);
        for (const std::string& name : key.environment)
            CHECK(variables.insert(name).second);
    });
}

TEST_CASE("a variable that holds a secret reaches neither scripts nor children")
{
    for_every_key([](const Section& section, const Key& key) {
        const bool open_url = key.kind == Kind::url && section.name == "docker"; // the engine's address has no password
        if (key.kind != Kind::secret && (key.kind != Kind::url || open_url))
            return;
        CHECK(is_agent_secret(own_variable(section, key)));
        for (const std::string& name : key.environment) {
            INFO(name);
            CHECK(is_agent_secret(name));
        }
    });
}

TEST_CASE("a secret is known by the name of its file, too, and nothing else is")
{
    const Section& s3 = *find_section("s3");
    CHECK(named(s3, "secret_key_file").key == s3.find("secret_key"));
    CHECK(named(s3, "secret_key_file").in_file);
    CHECK_FALSE(named(s3, "secret_key").in_file);
    CHECK(named(s3, "bucket_file").key == nullptr);
    CHECK(named(s3, "_file").key == nullptr);
}

TEST_CASE("a duration's text reads back as the same")
{
    CHECK(duration_text(0s) == "0s");
    CHECK(duration_text(90min) == "1h30m");
    CHECK(duration_text(7 * 24h) == "7d");
    CHECK(duration_text(1500ms) == "1s500ms");
}
