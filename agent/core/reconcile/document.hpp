// A document that somebody has applied, as it is kept: its present form and the forms before. Pure.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/reconcile/key.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::reconcile {

/// One form of the spec.
struct Revision {
    std::int64_t generation = 0;
    Object spec;
    WallTime made{};
    bool good = false;   ///< all that it wants was there and ready once
    std::string failure; ///< why it was taken back, for people; empty: it was not
    std::string change;  ///< "applied", "undone to 3", "forced"

    Revision() = default;
};

struct Document {
    static constexpr std::size_t most_revisions = 10;

    Key key;
    std::string id;                  ///< never another one's: 32 hex digits, or what the document itself says
    Object given;                    ///< as it was applied, without `status`, its spec that of the last revision
    std::vector<Revision> revisions; ///< the last one is wanted; never empty
    std::int64_t forced = 0;         ///< how often new replicas were asked for without another reason
    bool paused = false;             ///< by `forager rollout pause`
    bool deleting = false;
    Object status; ///< as the last pass told it

    Document() = default;

    std::int64_t generation() const { return revisions.back().generation; }

    bool has_failed() const { return !revisions.back().failure.empty(); }

    /// What the replicas are to be: the last revision or, when that has failed, the last good one before it.
    const Revision& effective() const;
};

/// The key of a document that is checked. `origin`: see `Key`. Failures: bad_arguments, naming the member.
Result<Key> key_of(const Object& document, std::string origin);

/// Of a document that is checked: `metadata.uid`, `blueprintid` or, where it has neither, 32 hex digits made of kind,
/// space and name, everywhere the same. Failures: bad_arguments, naming the member.
Result<std::string> id_of(const Object& document, const Key& key);

/// A new document, or another form of `before` (same spec, in whatever order: the same generation; else one more). The
/// same once more is another try of one that has failed, from a server (`origin`) where its generation is higher; that
/// counts then. `paused` goes on.
/// Failures: bad_arguments, naming the member; refused: `before` is being deleted.
Result<Document> applied(const Document* before, Object given, std::string origin, WallTime now);

/// Back to an earlier revision, by default the last one with another spec that has not failed: it becomes the newest.
/// Failures: not_found, with those that there are; refused: it is being deleted.
Result<Document> undone(Document document, std::optional<std::int64_t> generation, WallTime now);

/// The document as reconcilers read it: `given` with the spec of the effective revision, and `metadata.generation`,
/// `metadata.uid`.
Object effective_document(const Document& document);

/// As it is kept, and back.
Object to_data(const Document& document);
Result<Document> document_from_data(const Object& data);

} // namespace forager::reconcile
