#include "cli/documents/selection.hpp"

#include "base/text.hpp"
#include "cli/asking.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>
#include <utility>
#include <vector>

namespace forager::cli {

namespace asio = boost::asio;

namespace {

bool is_same_word(std::string_view one, std::string_view other)
{
    return std::ranges::equal(one, other,
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

bool names_kind(std::string_view word, const std::string& kind)
{
    return is_same_word(word, kind) || is_same_word(word, kind + "s");
}

Array those(const Array& rows, const std::function<bool(const std::string& kind, const std::string& name)>& are_meant)
{
    Array some;
    for (const Value& row : rows)
        if (are_meant(text_of(row, "kind"), text_of(row, "name")))
            some.push_back(row);
    return some;
}

Failure unknown(const Array& rows, const std::string& what)
{
    std::set<std::string> known;
    for (const Value& row : rows) {
        known.insert(text_of(row, "kind"));
        known.insert(text_of(row, "name"));
    }
    const std::string last = what.substr(what.find('/') + 1);
    const auto near = nearest(last, std::vector<std::string>(known.begin(), known.end()));
    return {Errc::not_found, "there is no document " + what + (near ? ", did you mean '" + *near + "'?" : "") +
                                 ": 'forager get' lists what there is"};
}

} // namespace

Result<Array> selected(const Array& rows, const std::string& what)
{
    if (what.empty())
        return rows;
    Array found;
    if (const std::size_t slash = what.find('/'); slash != std::string::npos) {
        const std::string kind = what.substr(0, slash);
        const std::string name = what.substr(slash + 1);
        found = those(rows, [&](const std::string& its_kind, const std::string& its_name) {
            return names_kind(kind, its_kind) && (name.empty() || name == its_name);
        });
    } else {
        found = those(rows, [&](const std::string& kind, const std::string&) { return names_kind(what, kind); });
        if (found.empty())
            found = those(rows, [&](const std::string&, const std::string& name) { return name == what; });
    }
    if (found.empty())
        return unknown(rows, what);
    return found;
}

asio::awaitable<Result<Array>> select_documents(control::Client& client, std::string what)
{
    auto all = co_await client.get("/v1/documents");
    if (all.has_error())
        co_return all.error();
    const auto* rows = all->get<Array>();
    co_return selected(rows == nullptr ? Array{} : *rows, what);
}

} // namespace forager::cli
