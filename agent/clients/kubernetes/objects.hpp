// Objects of any kind: read, written, removed. Failures of all: those of `Client::call`.
#pragma once

#include "clients/kubernetes/client.hpp"
#include "clients/kubernetes/resource.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace forager::kubernetes {

/// Which of them; what is empty chooses all.
struct Selector {
    std::string labels; ///< "app=web,tier in (a, b)"
    std::string fields; ///< "status.phase=Running"
    bool operator==(const Selector&) const = default;

    Selector() = default;
    Selector(std::string labels, std::string fields) : labels{std::move(labels)}, fields{std::move(fields)} {}
};

struct Page {
    Array items;
    std::string next;    ///< where the next one begins; empty: this was the last
    std::string version; ///< of the whole list: where a watch goes on

    Page() = default;
};

boost::asio::awaitable<Result<Object>> get(Client& client, Place place, std::string name);

inline constexpr int objects_of_a_page = 500;

/// Objects of a list come without apiVersion and kind: they are added.
boost::asio::awaitable<Result<Page>> list_page(Client& client, Place place, Selector selector, std::string next,
                                               int most = objects_of_a_page);

/// All pages as one. When they take so long that the server forgets them, it begins anew, a few times.
boost::asio::awaitable<Result<Page>> list(Client& client, Place place, Selector selector);

boost::asio::awaitable<Result<Object>> create(Client& client, Place place, Object object);

/// Instead of what is there, which must still be of the object's version.
boost::asio::awaitable<Result<Object>> replace(Client& client, Place place, Object object);

/// Server-side apply: `manager` wants these fields to be so, and gives up those that it wanted before and does not name
/// any more. `subresource` as of `patch`. Failures: refused, status 409 (another manager wants them otherwise, unless
/// `force`; it is not of the object's version or uid any more).
boost::asio::awaitable<Result<Object>> apply(Client& client, Place place, Object object, std::string manager,
                                             bool force, std::string subresource = "");

enum class PatchKind { merge, strategic, json };

/// `subresource`: "scale", "status"; empty: the object itself.
boost::asio::awaitable<Result<Object>> patch(Client& client, Place place, std::string name, Value change,
                                             PatchKind kind = PatchKind::merge, std::string subresource = "");

/// What becomes of what belongs to a removed object.
enum class Propagation { background, foreground, orphan };

struct Removal {
    Propagation propagation = Propagation::background;
    std::optional<std::int64_t> grace_seconds; ///< until it is killed; nothing: as it says itself
    std::string uid;                           ///< this one only, and not another of its name
    std::string version;                       ///< only as long as nobody has changed it since

    Removal() = default;
};

/// Returns when the server has taken it up; the object may go on for its grace, or until others have let go of it.
boost::asio::awaitable<Result<void>> remove(Client& client, Place place, std::string name, Removal removal);

} // namespace forager::kubernetes
