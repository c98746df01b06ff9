#include "functions/backup/sealing.hpp"

#include "io/formats/base64.hpp"

#include <algorithm>
#include <utility>

namespace forager::backup {

namespace asio = boost::asio;

namespace {

constexpr std::size_t held_back = 512; // less than any end of a dump or an archive that a reader needs

} // namespace

asio::awaitable<Result<void>> SummingSink::write(std::string bytes)
{
    size_ += bytes.size();
    digester_.add(bytes);
    return next_.write(std::move(bytes));
}

std::string SummingSink::sha256()
{
    return to_hex(digester_.finish());
}

SealingSink::SealingSink(const age::Keys* keys, ByteSink& next) : next_{next}
{
    if (keys != nullptr)
        encryption_.emplace(*keys);
}

asio::awaitable<Result<void>> SealingSink::write(std::string bytes)
{
    size_ += bytes.size();
    return next_.write(encryption_ ? encryption_->add(bytes) : std::move(bytes));
}

asio::awaitable<Result<void>> SealingSink::finish()
{
    if (!encryption_)
        co_return Result<void>{};
    Result<void> done = co_await next_.write(encryption_->finish());
    co_return done;
}

OpeningSink::OpeningSink(const age::Keys* keys, ByteSink& next) : next_{next}
{
    if (keys != nullptr)
        decryption_.emplace(*keys);
}

asio::awaitable<Result<void>> OpeningSink::write(std::string bytes)
{
    if (decryption_) {
        auto plain = decryption_->add(bytes);
        if (!plain)
            co_return plain.error();
        bytes = std::move(*plain);
    }
    Result<void> done = co_await hand_on(std::move(bytes));
    co_return done;
}

asio::awaitable<Result<void>> OpeningSink::hand_on(std::string plain)
{
    size_ += plain.size();
    held_ += plain;
    if (held_.size() <= held_back)
        co_return Result<void>{};
    std::string rest = held_.substr(held_.size() - held_back);
    held_.resize(held_.size() - held_back);
    std::string ready = std::exchange(held_, std::move(rest));
    Result<void> done = co_await next_.write(std::move(ready));
    co_return done;
}

asio::awaitable<Result<void>> OpeningSink::finish()
{
    if (decryption_) {
        auto plain = decryption_->finish();
        if (!plain)
            co_return plain.error();
        size_ += plain->size();
        held_ += *plain;
    }
    Result<void> done = co_await next_.write(std::exchange(held_, {}));
    co_return done;
}

} // namespace forager::backup
