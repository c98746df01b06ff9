#include "io/formats/places.hpp"

#include "io/formats/paths.hpp"
#include "io/formats/toml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>

namespace forager {

namespace {

// How much of the wanted path leads to something; nothing: it lies elsewhere.
using Led = std::optional<std::size_t>;

// The path that is looked for, and the place of the innermost thing on it that was met.
class Search {
public:
    explicit Search(std::string_view wanted) : wanted_{wanted} {}

    Led into(Led from, std::string_view name) const
    {
        const Led quoted = behind(from, name_step(name));
        return quoted ? quoted : behind(from, "." + std::string{name});
    }

    Led into(Led from, std::size_t index) const { return behind(from, "[" + std::to_string(index) + "]"); }

    void met(Led led, std::size_t offset)
    {
        if (led)
            offset_ = offset;
    }

    std::size_t offset() const { return offset_; }

private:
    Led behind(Led from, std::string_view step) const
    {
        if (!from)
            return std::nullopt;
        if (*from == 0 && step.starts_with('.'))
            step.remove_prefix(1);
        const std::string_view rest = wanted_.substr(*from);
        if (step.empty() || !rest.starts_with(step))
            return std::nullopt;
        const bool ends_there = rest.size() == step.size() || rest[step.size()] == '.' || rest[step.size()] == '[';
        return ends_there ? Led{*from + step.size()} : std::nullopt;
    }

    std::string_view wanted_;
    std::size_t offset_ = 0;
};

// Walks over JSON that is known to be sound, and not too deep.
class JsonWalk {
public:
    JsonWalk(std::string_view text, Search& search) : text_{text}, search_{search} {}

    void value(Led led)
    {
        blanks();
        switch (peek()) {
        case '{': return table(led);
        case '[': return list(led);
        case '"': (void)string(); return;
        default: at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        }
    }

    void blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    std::size_t at() const { return at_; }

private:
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    // Whether another item comes before the end.
    bool another(char end)
    {
        blanks();
        if (peek() == ',')
            ++at_;
        blanks();
        if (peek() != end && peek() != '\0')
            return true;
        ++at_;
        return false;
    }

    void table(Led led)
    {
        for (++at_; another('}');) {
            const std::size_t start = at_;
            const std::string_view written = string();
            const Led below = led ? search_.into(led, name_of(written)) : Led{};
            search_.met(below, start);
            blanks();
            ++at_; // the colon
            value(below);
        }
    }

    void list(Led led)
    {
        ++at_;
        for (std::size_t index = 0; another(']'); ++index) {
            const Led below = search_.into(led, index);
            search_.met(below, at_);
            value(below);
        }
    }

    // With its quotes.
    std::string_view string()
    {
        const std::size_t start = at_;
        for (++at_; peek() != '"' && at_ < text_.size(); ++at_)
            if (peek() == '\\')
                ++at_;
        at_ = std::min(at_ + 1, text_.size());
        return text_.substr(start, at_ - start);
    }

    static std::string name_of(std::string_view written)
    {
        auto name = parse_json(written);
        auto* text = name ? name->get<std::string>() : nullptr;
        return text == nullptr ? std::string{} : std::move(*text);
    }

    std::string_view text_;
    Search& search_;
    std::size_t at_ = 0;
};

// Receives the events of the parser for one document. What an alias repeats is not looked into: its place is that of
// the alias.
class YamlWalk final : public YAML::EventHandler {
public:
    explicit YamlWalk(Search& search) : search_{search} {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { single(mark, "null"); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { single(mark, std::nullopt); }

    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& text) override
    {
        single(mark, text);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override
    {
        open(mark, true);
    }

    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override
    {
        open(mark, false);
    }

    void OnSequenceEnd() override { levels_.pop_back(); }
    void OnMapEnd() override { levels_.pop_back(); }

private:
    struct Level {
        bool is_list = false;
        Led led;
        std::size_t items = 0;
        bool is_named = false; ///< the name of a member has come, its value has not
        Led member;            ///< that value
    };

    void single(const YAML::Mark& mark, const std::optional<std::string>& text)
    {
        if (!levels_.empty() && !levels_.back().is_list && !levels_.back().is_named)
            name(mark, text);
        else
            (void)next(mark);
    }

    void name(const YAML::Mark& mark, const std::optional<std::string>& text)
    {
        Level& level = levels_.back();
        level.is_named = true;
        level.member = text && level.led ? search_.into(level.led, *text) : Led{};
        search_.met(level.member, offset(mark));
    }

    // The value that comes now.
    Led next(const YAML::Mark& mark)
    {
        if (levels_.empty()) {
            search_.met(0, offset(mark));
            return 0;
        }
        Level& level = levels_.back();
        if (!level.is_list) {
            // A table or list can be a name, too.
            const Led led = level.is_named ? level.member : Led{};
            level.is_named = !level.is_named;
            level.member.reset();
            return led;
        }
        const Led led = search_.into(level.led, level.items++);
        search_.met(led, offset(mark));
        return led;
    }

    void open(const YAML::Mark& mark, bool is_list)
    {
        const Led led = next(mark);
        Level& level = levels_.emplace_back();
        level.is_list = is_list;
        level.led = led;
    }

    static std::size_t offset(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.pos, 0)); }

    Search& search_;
    std::vector<Level> levels_;
};

// The path, as TOML's places have them, of the innermost thing on the way.
std::string way_in_toml(const Value& value, const Search& search, Led led)
{
    if (const auto* table = value.get<Object>())
        for (const Member& member : *table)
            if (const Led below = search.into(led, member.name))
                return name_step(member.name) + way_in_toml(member.value, search, below);
    if (const auto* list = value.get<Array>())
        for (std::size_t i = 0; i < list->size(); ++i)
            if (const Led below = search.into(led, i))
                return index_step(i) + way_in_toml((*list)[i], search, below);
    return {};
}

} // namespace

Place place_in_json(std::string_view text, std::string_view path)
{
    text = without_bom(text);
    Search search{path};
    JsonWalk walk{text, search};
    walk.blanks();
    search.met(0, walk.at());
    walk.value(0);
    return place_at(text, search.offset());
}

Place place_in_yaml(std::string_view text, std::size_t document, std::string_view path)
{
    text = without_bom(text);
    std::istringstream stream{std::string{text}};
    Search search{path};
    try {
        YAML::Parser parser{stream};
        for (std::size_t i = 0; i <= document; ++i) {
            search = Search{path};
            YamlWalk walk{search};
            if (!parser.HandleNextDocument(walk))
                break;
        }
    } catch (const YAML::Exception&) {
        // It could be read before: what was met so far is the place.
    }
    return place_at(text, search.offset());
}

Place place_in_toml(std::string_view text, std::string_view path)
{
    const auto document = read_toml(text);
    if (document.has_error())
        return {1, 1};
    const std::string way = way_in_toml(document->value, Search{path}, 0);
    const auto place = document->place_of(way.starts_with('.') ? std::string_view{way}.substr(1) : way);
    return place.value_or(Place{1, 1});
}

} // namespace forager
