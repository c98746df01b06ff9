#include "io/formats/yaml.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "io/formats/numbers.hpp"
#include "io/formats/object_builder.hpp"
#include "io/formats/places.hpp"
#include "io/formats/yaml_scalars.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

namespace forager {

namespace {

constexpr std::size_t most_values = 1'000'000;
constexpr std::size_t bytes_like_a_value = 64;

// A finished value with what it costs and how deep it is, because an alias may repeat it.
struct Built {
    Value value;
    std::size_t size = 1;
    std::size_t height = 0;
    bool is_merge_key = false;
};

// A list or a table whose end has not been seen yet.
struct Level {
    bool is_list = false;
    YAML::anchor_t anchor = 0;
    std::size_t size = 1;
    std::size_t height = 0;
    Array items;
    ObjectBuilder members;
    std::optional<std::string> name; ///< of the member whose value comes next
    bool merges = false;             ///< the value that comes next is merged
    std::vector<Object> merged;
};

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& why)
{
    throw YAML::ParserException{mark, why};
}

std::string name_from(Value value)
{
    if (auto* text = value.get<std::string>())
        return std::move(*text);
    return to_json(value);
}

// Receives the events of the parser for one document.
class ValueHandler : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { finish(mark, anchor, Built{}); }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        const auto found = anchored_.find(anchor);
        if (found == anchored_.end())
            refuse(mark, "an alias stands inside of what it repeats");
        finish(mark, 0, found->second);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override
    {
        Built built{scalar(mark, tag, text)};
        built.size += text.size() / bytes_like_a_value;
        built.is_merge_key = tag == "?" && text == "<<";
        finish(mark, anchor, std::move(built));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        open(mark, anchor, true);
    }

    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        open(mark, anchor, false);
    }

    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

    Value take() { return std::move(root_); }
    const YAML::Mark& start() const { return start_; }

private:
    static Value scalar(const YAML::Mark& mark, const std::string& tag, const std::string& text)
    {
        if (tag == "tag:yaml.org,2002:binary") {
            auto bytes = from_base64(text);
            if (!bytes)
                refuse(mark, bytes.error().message);
            return *std::move(bytes);
        }
        // Quoted text has the tag "!"; other tags do not change what the text is.
        const bool decides_itself = tag == "?" || tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:bool" ||
                                    tag == "tag:yaml.org,2002:float" || tag == "tag:yaml.org,2002:null";
        return decides_itself ? yaml_scalar(text) : Value{text};
    }

    void open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_list)
    {
        Level& level = levels_.emplace_back();
        level.is_list = is_list;
        level.anchor = anchor;
        last_mark_ = mark;
        check_depth(mark, 0);
    }

    void close()
    {
        Level level = std::move(levels_.back());
        levels_.pop_back();
        for (Object& merged : level.merged)
            for (Member& member : merged)
                if (const auto [place, is_new] = level.members.place(member.name); is_new)
                    *place = std::move(member.value);
        Built built{level.is_list ? Value{std::move(level.items)} : Value{level.members.take()}};
        built.size = level.size;
        built.height = level.height + 1;
        finish(last_mark_, level.anchor, std::move(built));
    }

    void finish(const YAML::Mark& mark, YAML::anchor_t anchor, Built built)
    {
        last_mark_ = mark;
        count(mark, built);
        if (anchor != 0) {
            kept_ += built.size;
            anchored_[anchor] = built;
        }
        if (levels_.empty())
            root_ = std::move(built.value);
        else
            add(mark, std::move(built));
    }

    // A handful of anchors can ask for billions of values.
    void count(const YAML::Mark& mark, const Built& built)
    {
        check_depth(mark, built.height);
        const std::size_t above = levels_.empty() ? 0 : levels_.back().size;
        if (above + built.size + kept_ > most_values)
            refuse(mark, "with its aliases filled in the text holds more than 1,000,000 values, or more than 64 MB");
        if (!levels_.empty()) {
            levels_.back().size += built.size;
            levels_.back().height = std::max(levels_.back().height, built.height);
        }
    }

    void check_depth(const YAML::Mark& mark, std::size_t height) const
    {
        if (levels_.size() + height > deepest_nesting)
            refuse(mark, "lists and tables are nested deeper than " + std::to_string(deepest_nesting) + " levels");
    }

    void add(const YAML::Mark& mark, Built built)
    {
        Level& level = levels_.back();
        if (level.is_list)
            level.items.push_back(std::move(built.value));
        else if (level.merges)
            merge(mark, level, std::move(built.value));
        else if (level.name)
            set(mark, level, std::move(built.value));
        else if (built.is_merge_key)
            level.merges = true;
        else
            level.name = name_from(std::move(built.value));
    }

    static void set(const YAML::Mark& mark, Level& level, Value value)
    {
        const auto [place, is_new] = level.members.place(*level.name);
        if (!is_new)
            refuse(mark, "the name '" + *level.name + "' stands twice in one table");
        *place = std::move(value);
        level.name.reset();
    }

    static void merge(const YAML::Mark& mark, Level& level, Value value)
    {
        level.merges = false;
        if (auto* list = value.get<Array>())
            for (Value& item : *list)
                merge_one(mark, level, std::move(item));
        else
            merge_one(mark, level, std::move(value));
    }

    static void merge_one(const YAML::Mark& mark, Level& level, Value value)
    {
        auto* members = value.get<Object>();
        if (members == nullptr)
            refuse(mark, "only tables can be merged with '<<'");
        level.merged.push_back(std::move(*members));
    }

    Value root_;
    YAML::Mark start_;
    std::vector<Level> levels_;
    std::map<YAML::anchor_t, Built> anchored_;
    std::size_t kept_ = 0;
    YAML::Mark last_mark_; ///< the end of a list or table comes without a place of its own
};

Mistake bad_yaml(std::string_view text, std::size_t offset, const std::string& why)
{
    return {place_at(text, offset), why + "."};
}

// Control characters are no part of YAML, and one of them means the end of the text to the parser.
std::optional<Mistake> unreadable(std::string_view text)
{
    if (const std::size_t end = utf8_prefix(text); end < text.size())
        return bad_yaml(text, end, "these bytes are not UTF-8");
    const auto is_control = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F;
    };
    if (const auto found = std::ranges::find_if(text, is_control); found != text.end())
        return bad_yaml(text, static_cast<std::size_t>(found - text.begin()),
                        "a control character must be written as an escape inside double quotes");
    return std::nullopt;
}

// The parser takes what is left over after a document for the next one, without end where it cannot read it at all.
void check_start(std::string_view text, std::size_t last, const YAML::Mark& mark)
{
    const std::size_t start = std::min(static_cast<std::size_t>(mark.pos), text.size());
    const bool is_marked = text.substr(start).starts_with("---");
    if (!is_marked && text.substr(last, start - last).find("\n...") == std::string_view::npos)
        refuse(mark, "this stands after the end of the document");
}

std::vector<Value> documents(const std::string& text)
{
    std::istringstream stream{text};
    YAML::Parser parser{stream};
    std::vector<Value> values;
    std::size_t last = 0;
    for (;;) {
        ValueHandler handler;
        if (!parser.HandleNextDocument(handler))
            return values;
        if (!values.empty())
            check_start(text, last, handler.start());
        last = std::min(static_cast<std::size_t>(handler.start().pos), text.size());
        values.push_back(handler.take());
    }
}

} // namespace

boost::system::result<std::vector<Value>, Mistake> read_all_yaml(std::string_view text)
{
    text = without_bom(text);
    if (auto mistake = unreadable(text))
        return *std::move(mistake);
    try {
        return documents(std::string{text});
    } catch (const YAML::Exception& error) {
        return bad_yaml(text, error.mark.is_null() ? 0 : static_cast<std::size_t>(error.mark.pos), error.msg);
    }
}

Result<std::vector<Value>> parse_all_yaml(std::string_view text)
{
    auto values = read_all_yaml(text);
    if (values)
        return *std::move(values);
    const auto& [place, why] = values.error();
    return Failure{Errc::bad_arguments, "this is not YAML: " + to_text(place) + ": " + why};
}

Result<Value> parse_yaml(std::string_view text)
{
    auto values = parse_all_yaml(text);
    if (!values)
        return values.error();
    if (values->empty())
        return Value{};
    if (values->size() > 1)
        return Failure{Errc::bad_arguments, "the YAML text holds " + std::to_string(values->size()) +
                                                " documents where one is expected; ask for all of them."};
    return std::move(values->front());
}

} // namespace forager
