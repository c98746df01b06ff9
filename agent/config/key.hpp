// The declaration of one key of the configuration, and of a section: everything that is known of it, so that reading,
// explaining, suggesting and documenting cannot disagree.
#pragma once

#include "config/config.hpp"
#include "config/form.hpp"

#include <functional>
#include <string>
#include <vector>

namespace forager::config {

struct Key {
    std::string name;
    std::string doc;
    Kind kind;
    std::string wanted;                   ///< completes "must be …"
    std::vector<std::string> environment; ///< names that others gave it; the first that is set counts

    /// Puts the value into the settings; false when it is none that this key may have. `row` counts the sections of a
    /// repeated one from 0.
    std::function<bool(Settings& settings, std::size_t row, const Value& value)> read;
    /// The value as it would stand in a file; of a secret only whether there is one.
    std::function<Value(const Settings& settings, std::size_t row)> show;
};

struct Section {
    std::string name;
    std::string doc;
    std::vector<Key> keys;
    /// Of a section that may stand several times: how many there are, and one more. Empty functions for the others.
    std::function<std::size_t(const Settings& settings)> rows = {};
    std::function<void(Settings& settings)> add = {};

    bool repeated() const { return static_cast<bool>(add); }
    const Key* find(std::string_view key) const;
};

/// A key of the struct that `owner(settings, row)` gives.
template <class Owner, class Struct, class T>
Key key(Owner owner, std::string name, T Struct::* member, Form<T> form, std::string doc,
        std::vector<std::string> environment = {})
{
    Key key{std::move(name), std::move(doc), form.kind, std::move(form.wanted), std::move(environment), {}, {}};
    key.read = [owner, member, read = std::move(form.read)](Settings& settings, std::size_t row, const Value& value) {
        auto content = read(value);
        if (!content)
            return false;
        owner(settings, row).*member = *std::move(content);
        return true;
    };
    key.show = [owner, member, show = std::move(form.show)](const Settings& settings, std::size_t row) {
        return show(owner(settings, row).*member);
    };
    return key;
}

} // namespace forager::config
