#include "scripting/analysis/analysis.hpp"

#include "scripting/analysis/walk/walker.hpp"
#include "scripting/explaining/syntax_hint.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/module_file.hpp"

#include <lua.hpp>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace forager::scripting {

namespace {

constexpr std::size_t most_files = 500;
constexpr std::size_t most_bytes = std::size_t{64} * 1024 * 1024;

struct SourceFile {
    std::string path;
    std::string source;
    Reassigned reassigned{};
};

// What Lua says of a file that it does not accept.
std::optional<Failure> syntax_error(const SourceFile& file)
{
    const std::unique_ptr<lua_State, void (*)(lua_State*)> state{luaL_newstate(), lua_close};
    const auto& [path, source, reassigned] = file;
    if (!state || luaL_loadbufferx(state.get(), source.data(), source.size(), ("@" + path).c_str(), "t") == LUA_OK)
        return std::nullopt;
    return with_syntax_hint(syntax_failure(state.get(), path), source);
}

// The files of one script: a first walk through all of them, then a second one.
class Files {
public:
    Files(const LibraryShape& library, const std::string& script) : library_{library}, script_{script} {}

    void survey(Findings& findings)
    {
        auto source = read_script(script_);
        if (!source)
            return;
        take({script_, std::move(*source)});
        uses_arguments_ = survey_.arguments;
        // The set grows while it is read: modules require modules.
        Names done;
        while (const auto next = next_module(done)) {
            done.insert(*next);
            add_module(*next, findings);
        }
    }

    void find(Findings& findings)
    {
        for (SourceFile& file : files_) {
            Judge judge{library_, survey_, &findings, file.path};
            Walker{file.source, judge, file.reassigned}.walk();
        }
    }

    bool uses_arguments() const { return uses_arguments_; }

    /// Whether a function of this name may be declared where it was not seen.
    bool may_declare(std::string_view name) const
    {
        return survey_.other_functions || survey_.functions.contains(name) ||
               survey_.workflows.contains(name.substr(0, name.rfind('.')));
    }

private:
    std::optional<std::string> next_module(const Names& done) const
    {
        const auto found =
            std::ranges::find_if(survey_.modules, [&](const auto& name) { return !done.contains(name); });
        return found == survey_.modules.end() ? std::nullopt : std::optional{*found};
    }

    void add_module(const std::string& name, Findings& findings)
    {
        auto module = find_module(script_, name);
        if (!module || files_.size() >= most_files || bytes_ + module->source.size() > most_bytes)
            return expect_anything();
        SourceFile file{std::move(module->path), std::move(module->source)};
        if (auto error = syntax_error(file)) {
            findings.list.push_back(std::move(*error));
            return expect_anything();
        }
        take(std::move(file));
    }

    // A file that cannot be looked into may do anything.
    void expect_anything() { survey_.other_globals = survey_.other_functions = true; }

    void take(SourceFile file)
    {
        bytes_ += file.source.size();
        Judge judge{library_, survey_, nullptr, file.path};
        Walker{file.source, judge, file.reassigned}.walk();
        files_.push_back(std::move(file));
    }

    const LibraryShape& library_;
    const std::string& script_;
    std::vector<SourceFile> files_;
    std::size_t bytes_ = 0;
    bool uses_arguments_ = false; // modules have arguments of another kind
    Survey survey_;
};

void judge_calls(Analysis& analysis, const Files& files, std::vector<NamedCall> calls, const Registry& registry)
{
    for (const NamedCall& call : calls) {
        const auto found = registry.find(call.function);
        if (found || files.may_declare(call.function))
            continue;
        Failure failure = found.error();
        failure.where = call.path + ":" + std::to_string(call.line);
        auto& list = failure.code == Errc::refused ? analysis.notes : analysis.findings;
        list.push_back(std::move(failure));
    }
}

std::pair<std::string_view, std::size_t> split_place(std::string_view where)
{
    const std::size_t colon = std::min(where.rfind(':'), where.size());
    std::size_t line = 0;
    const std::string_view digits = where.substr(std::min(colon + 1, where.size()));
    std::from_chars(digits.data(), digits.data() + digits.size(), line);
    return {where.substr(0, colon), line};
}

void sort_by_place(std::vector<Failure>& failures)
{
    std::ranges::sort(failures, {}, [](const Failure& failure) {
        const auto [file, line] = split_place(failure.where);
        return std::tuple{file, line, std::string_view{failure.message}};
    });
    const auto repeated = std::ranges::unique(failures, [](const Failure& one, const Failure& other) {
        return one.where == other.where && one.message == other.message;
    });
    failures.erase(repeated.begin(), repeated.end());
}

bool same_file(std::string_view one, std::string_view other)
{
    // Lua shortens long paths in its own messages.
    return one == other || (other.starts_with("...") && one.ends_with(other.substr(3)));
}

std::string_view first_quoted(std::string_view text)
{
    const std::size_t begin = std::min(text.find('\''), text.size());
    return text.substr(begin, text.find('\'', std::min(begin + 1, text.size())) - begin);
}

// `found` is what running told.
bool is_same(const Failure& finding, const Failure& found)
{
    const auto [file, line] = split_place(finding.where);
    const auto [found_file, found_line] = split_place(found.where);
    if (!same_file(file, found_file))
        return false;
    return found.message.find(finding.message) != std::string::npos ||
           (line == found_line && first_quoted(finding.message) == first_quoted(found.message));
}

} // namespace

Analysis analyse(const LibraryShape& library, const std::string& path, const Registry& registry)
{
    Files files{library, path};
    Findings findings;
    files.survey(findings);
    files.find(findings);
    Analysis analysis{std::move(findings.list), {}, findings.more, files.uses_arguments()};
    judge_calls(analysis, files, std::move(findings.calls), registry);
    sort_by_place(analysis.findings);
    sort_by_place(analysis.notes);
    return analysis;
}

void add_found(std::vector<Failure>& findings, std::vector<Failure> found)
{
    for (Failure& failure : found)
        if (std::ranges::none_of(findings, [&](const Failure& finding) { return is_same(finding, failure); }))
            findings.push_back(std::move(failure));
    sort_by_place(findings);
}

} // namespace forager::scripting
