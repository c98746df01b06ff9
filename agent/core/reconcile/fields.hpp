// Reads the members of a document by their paths and keeps the first mistake, so that a reader of many members can be
// written as if there were none. Pure.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/reconcile/deployment.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forager::reconcile {

/// bad_arguments: "spec.replicas: must be …", with the path as `field` in the details.
Failure mistake(const std::string& path, const std::string& what);

/// "spec.env" and "A" are "spec.env.A"; below nothing, "A".
std::string member_path(std::string_view path, std::string_view name);

/// "spec.volumes[1]": places count from 0, as in the paths of other tools for such documents.
std::string item_path(std::string_view path, std::size_t place);

/// "text", "a number", "a list" …
std::string kind_words(const Value& value);

/// What somebody wrote, as it may be shown in a message: short, and without control characters.
std::string quoted(std::string_view text);

/// What to say of a word that is not among those known: the nearest one, or all.
std::string suggestion(std::string_view word, std::span<const std::string> known);

/// Text, numbers and booleans as text; nothing for all else.
std::optional<std::string> scalar_text(const Value& value);

std::optional<double> number_of(const Value& value);

/// A number without a fraction, however it is written: 3 and 3.0.
std::optional<std::int64_t> whole_number(const Value& value);

/// One pass over a document.
struct Reading {
    Strictness strictness = Strictness::strict;
    std::optional<Failure> failure; ///< the first one

    void refuse(const std::string& path, const std::string& what);
};

/// The members of one object of the document, which must outlive it, as must the reading. A member that is null counts
/// as missing. One of the wrong type is a mistake and reads as missing.
class Fields {
public:
    Fields(const Object& members, std::string path, Reading& reading);

    Reading& reading() const { return *reading_; }
    std::string path(std::string_view name) const { return member_path(path_, name); }
    const Object& members() const { return *members_; }

    /// Any other member is a mistake where the reading is strict.
    void allow(std::span<const std::string_view> names) const;

    const Value* find(std::string_view name) const;

    /// The one that is there, of two with one meaning; both are a mistake.
    std::string_view either(std::string_view one, std::string_view other) const;

    std::optional<std::string> text(std::string_view name) const;
    std::optional<std::int64_t> whole(std::string_view name, std::int64_t least, std::int64_t most) const;
    std::optional<Duration> duration(std::string_view name, Duration least, Duration most) const;
    std::optional<bool> flag(std::string_view name) const;
    std::optional<Fields> object(std::string_view name) const;
    const Array* list(std::string_view name) const;

    void refuse(std::string_view name, const std::string& what) const { reading_->refuse(path(name), what); }
    void refuse_kind(std::string_view name, std::string_view wanted) const;

private:
    template <class T> const T* typed(std::string_view name, std::string_view wanted) const;
    template <class T> bool is_empty(std::string_view name) const;

    const Object* members_;
    std::string path_;
    Reading* reading_;
};

} // namespace forager::reconcile
