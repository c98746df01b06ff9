#include "cli/documents/reading.hpp"

#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;
using forager::test::TempFolder;

namespace {

struct Files {
    TempFolder folder;

    Result<std::vector<WrittenDocument>> read(const std::string& name, const std::string& text) const
    {
        folder.write(name, text);
        return read_documents(folder.at(name));
    }

    // FILE:LINE, without the folder.
    std::string where(const Failure& failure) const
    {
        const std::string start = folder.at("");
        REQUIRE(failure.where.starts_with(start));
        return failure.where.substr(start.size());
    }

    std::string refusal(const std::string& name, const std::string& text) const
    {
        const auto documents = read(name, text);
        REQUIRE(documents.has_error());
        const Failure failure = documents.error();
        CHECK(failure.declaration);
        return where(failure) + ": " + failure.message;
    }
};

std::string name_of(const WrittenDocument& written)
{
    return part<std::string>(part<Object>(written.document, "metadata"), "name");
}

Failure about(const char* field)
{
    Failure failure{Errc::bad_arguments, "it is wrong"};
    if (*field != '\0')
        failure.details.append("field", field);
    return failure;
}

} // namespace

TEST_CASE("the ending of a file, or else its beginning, says what it is written in")
{
    const Files files;
    for (const auto& [name, text] :
         {std::pair{"a.json", R"({"metadata": {"name": "web"}})"}, std::pair{"a.yaml", "metadata:\n  name: web\n"},
          std::pair{"a.yml", "{metadata: {name: web}}"}, std::pair{"a.toml", "[metadata]\nname = 'web'\n"},
          std::pair{"json", "\n {\"metadata\": {\"name\": \"web\"}}"},
          std::pair{"yaml.txt", "metadata: {name: web}"}}) {
        INFO(name);
        const auto documents = files.read(name, text);
        REQUIRE(documents);
        REQUIRE(documents->size() == 1);
        CHECK(name_of(documents->front()) == "web");
    }
}

TEST_CASE("a file may hold several documents")
{
    const Files files;
    for (const auto& [name, text] :
         {std::pair{"a.json", R"([{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}])"},
          std::pair{"a.yaml", "---\n# nothing\n---\nmetadata: {name: a}\n---\nmetadata: {name: b}\n---\n"},
          std::pair{"l.yaml", "kind: List\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n"},
          std::pair{"l.json",
                    R"({"kind": "List", "items": [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]})"},
          std::pair{"l.toml", "kind = 'List'\n[[items]]\nmetadata.name = 'a'\n[[items]]\nmetadata.name = 'b'\n"}}) {
        INFO(name);
        const auto documents = files.read(name, text);
        REQUIRE(documents);
        REQUIRE(documents->size() == 2);
        CHECK(name_of(documents->front()) == "a");
        CHECK(name_of(documents->back()) == "b");
    }
}

TEST_CASE("numbers and names of JSON come as the reader of JSON takes them")
{
    const Files files;
    const auto documents = files.read("a.json", "{\n\t\"big\": 9007199254740993, \"e\": \"\\ud83d\\ude00\"}");
    REQUIRE(documents);
    const Object& document = documents->front().document;
    CHECK(*document.find("big") == Value{std::int64_t{9'007'199'254'740'993}});
    CHECK(*document.find("e") == Value{"\xF0\x9F\x98\x80"});
}

TEST_CASE("what is no document is refused with its place")
{
    const Files files;
    CHECK(files.refusal("a.json", "{\"a\": 1,\n \"a\": 2}") ==
          "a.json:2: this is not JSON: the name 'a' stands twice in one table.");
    CHECK(files.refusal("a.yaml", " \n") == "a.yaml: the file is empty");
    CHECK(files.refusal("a.yaml", "# nothing\n") == "a.yaml: there is no document in it");
    CHECK(files.refusal("a.json", "[]") == "a.json: there is no document in it");
    CHECK(files.refusal("a.yaml", "a: 1\n---\n- 1\n- 2\n") ==
          "a.yaml:3: a document must be a table; this is of type integer");
    CHECK(files.refusal("a.json", "[{\"a\": 1},\n 7]") ==
          "a.json:2: a document must be a table; this is of type integer");
    CHECK(files.refusal("a.yaml", "kind: List\nitems:\n- kind: A\n- no\n") ==
          "a.yaml:4: a document must be a table; this is of type string");
    CHECK(files.refusal("a.yaml", "kind: List\nitems: no\n") ==
          "a.yaml:2: the items of a List must be a list; these are of type string");
    CHECK(files.refusal("a.toml", "# nothing\n") == "a.toml:1: the document is empty");
    CHECK(files.refusal("a.json", "{\n\"a\": }").starts_with("a.json:2: this is not JSON: '}'"));
    CHECK(files.refusal("a.yaml", "a: 1\na: 2\n").starts_with("a.yaml:2: this is not YAML: the name 'a'"));
    CHECK(files.refusal("a.toml", "a = 1\nb = \n").starts_with("a.toml:2: this is not TOML: "));
}

TEST_CASE("a file that is not there, that is none, and one that is too long are refused")
{
    const Files files;
    const auto missing = read_documents(files.folder.at("missing.yaml"));
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == Errc::not_found);
    CHECK(missing.error().declaration);
    CHECK(read_documents(files.folder.at("")).has_error());
    const auto endless = read_documents("/dev/zero");
    REQUIRE(endless.has_error());
    CHECK(endless.error().code == Errc::limit);
    CHECK(endless.error().message == "/dev/zero is longer than 4 MB");
}

TEST_CASE("a failure about a document gets the place of the member that it names")
{
    const Files files;
    const auto documents = files.read("a.yaml", "kind: A\n---\nkind: B\nspec:\n  replicas: many\n  volumes:\n"
                                                "  - source: /a\n");
    REQUIRE(documents);
    const WrittenDocument& second = documents->at(1);
    const Failure failure = placed(second, about("spec.replicas"));
    CHECK(files.where(failure) == "a.yaml:5");
    CHECK(failure.declaration);
    CHECK(part<std::int64_t>(failure.details, "column") == 3);
    CHECK(files.where(placed(second, about("spec.volumes[0].target"))) == "a.yaml:7");
    CHECK(files.where(placed(second, about("metadata.name"))) == "a.yaml:3");
    CHECK(files.where(placed(second, about(""))) == "a.yaml:3");
    CHECK(files.where(placed(documents->front(), about("spec"))) == "a.yaml:1");
}

TEST_CASE("places are found in documents of a list, too")
{
    const Files files;
    const auto listed = files.read("a.json", "[{\"kind\": \"A\"},\n{\"kind\":\n \"B\",\n\"spec\": 1}]");
    REQUIRE(listed);
    CHECK(files.where(placed(listed->at(1), about("spec"))) == "a.json:4");
    CHECK(files.where(placed(listed->at(1), about("metadata.name"))) == "a.json:2");
    const auto items = files.read("a.toml", "kind = 'List'\n[[items]]\nkind = 'A'\n[[items]]\nkind = 'B'\n"
                                            "[items.spec]\nreplicas = 1\n");
    REQUIRE(items);
    CHECK(files.where(placed(items->at(1), about("spec.replicas"))) == "a.toml:7");
    CHECK(files.where(placed(items->at(0), about("kind"))) == "a.toml:3");
}

TEST_CASE("documents are named by words, and by the files that hold them")
{
    const Files files;
    files.folder.write("some.yaml", "metadata: {name: a}\n---\nmetadata: {name: b}\n");
    files.folder.write("bare", "metadata: {name: c}\n");
    files.folder.write("web/inside", "");
    const auto named = [](const WrittenDocument& written) { return Result<std::string>{name_of(written)}; };
    const auto names = names_in({"x", files.folder.at("some.yaml"), files.folder.at("bare")}, named);
    REQUIRE(names);
    CHECK(*names == std::vector<std::string>{"x", "a", "b", "c"});
    const std::string folder = files.folder.at("web");
    CHECK(*names_in({folder}, named) == std::vector{folder});
    CHECK(names_in({files.folder.at("missing.json")}, named).error().code == Errc::not_found);
}

TEST_CASE("a document that is given twice is refused, with the place of the second")
{
    const Files files;
    const std::string one = files.folder.write("a.yaml", "kind: A\nmetadata: {name: web}\n");
    const std::string two = files.folder.write("b.yaml", "kind: B\nmetadata: {name: web}\n---\nkind: A\n"
                                                         "metadata: {name: web}\n");
    REQUIRE(read_all({one}));
    const auto all = read_all({one, two});
    REQUIRE(all.has_error());
    CHECK(all.error().message == "A/web is given twice");
    CHECK(files.where(all.error()) == "b.yaml:4");
}

TEST_CASE("what TOML without an ending begins with is told from YAML and JSON")
{
    const Files files;
    for (const char* text : {"# of two\n\nkind = \"A\"\n", "[metadata]\nname = \"web\"\n", "[[items]]\nkind = \"A\"\n",
                             "\"kind\" = 'A'\n"})
        CHECK_MESSAGE(files.read("document", text).value().front().format == Format::toml, text);
    for (const char* text : {"kind: A\n", "a: b=c\n", "# kind = 1\nkind: A\n", "? a\n: b = 1\n"})
        CHECK_MESSAGE(files.read("document", text).value().front().format == Format::yaml, text);
    for (const char* text : {"{\"a\": \"=\"}", "[{\"kind\": \"A\"}]", " [ {\"a\": 1}]"})
        CHECK_MESSAGE(files.read("document", text).value().front().format == Format::json, text);
}
