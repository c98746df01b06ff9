// Documents with their revisions. Part of the store; lives on the strand.
#pragma once

#include "ports/documents.hpp"
#include "store/writer.hpp"

#include <cstddef>
#include <vector>

namespace forager::store {

class DocumentTable final : public Documents {
public:
    static constexpr std::size_t most_documents = 10'000;
    static constexpr std::size_t longest_document = std::size_t{1024} * 1024; ///< bytes, with revisions and status

    /// `writer` must outlive it.
    explicit DocumentTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::vector<reconcile::Document>>> all() override;
    boost::asio::awaitable<Result<void>> keep(reconcile::Document document) override;
    boost::asio::awaitable<Result<void>> forget(reconcile::Key key) override;

    /// One that is too long, or one too many, stays as it was.
    void keep_soon(reconcile::Document document) override;

private:
    Writer& writer_;
};

} // namespace forager::store
