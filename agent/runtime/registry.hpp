// Which functions there are: name → declaration and handler. One for the agent, used on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/function.hpp"
#include "ports/handler.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class Registry {
public:
    struct Entry {
        Function function;
        std::shared_ptr<Handler> handler;
    };
    /// Shared, so that what runs keeps what it runs when a script is loaded anew.
    using EntryPtr = std::shared_ptr<const Entry>;

    Registry() = default;

    /// What a script declares anew, before it counts: on top of another registry, but for what `replaced` names there.
    Registry(const Registry& below, std::set<std::string, std::less<>> replaced);

    /// What it would replace, but for these names.
    void keep(const std::vector<std::string>& names);

    /// Takes over what was declared on top of this one, in place of what it replaces.
    void adopt(Registry& staged);

    /// Failures: bad_arguments for a name that is none or is taken; the message tells where the other one is declared.
    Result<void> add(Function function, std::shared_ptr<Handler> handler);

    /// Returns whether there was one.
    bool remove(std::string_view name);

    /// Says why no function of this family can be called; a function that is registered all the same stays callable.
    void add_unavailable(std::string family, std::string reason);

    /// Failures: refused for a family that is not available, not_found with what there is instead.
    Result<EntryPtr> find(std::string_view name) const;

    /// Another number whenever `list` gives something else: copies of it are good as long as it stays.
    std::size_t changes() const { return changes_; }

    /// All functions by name, and the families that are not available with the reason.
    std::vector<EntryPtr> list() const;
    const std::map<std::string, std::string, std::less<>>& unavailable() const { return unavailable_; }

private:
    Failure unknown(std::string_view name) const;
    EntryPtr entry(std::string_view name) const;

    std::size_t changes_ = 0;
    const Registry* below_ = nullptr;
    std::set<std::string, std::less<>> replaced_;

    std::map<std::string, EntryPtr, std::less<>> entries_;
    std::map<std::string, std::string, std::less<>> unavailable_;
};

} // namespace forager
