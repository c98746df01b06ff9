// The documents that there are, kept over restarts. Used by the document keeper, on the strand.
#pragma once

#include "core/failure.hpp"
#include "core/reconcile/document.hpp"

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace forager {

class Documents {
public:
    virtual ~Documents() = default;

    /// What cannot be read is left out. Failures: refused.
    virtual boost::asio::awaitable<Result<std::vector<reconcile::Document>>> all() = 0;

    /// Safe when it returns; replaces the one of this key. Failures: limit, refused.
    virtual boost::asio::awaitable<Result<void>> keep(reconcile::Document document) = 0;
    virtual boost::asio::awaitable<Result<void>> forget(reconcile::Key key) = 0;

    /// The same without waiting to be safe, after what was asked for before.
    virtual void keep_soon(reconcile::Document document) = 0;
};

} // namespace forager
