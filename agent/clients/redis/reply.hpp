// What a Redis server says, taken apart, without I/O: bytes go in, replies come out. hiredis does the work.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace forager::redis {

struct Reply {
    Value value;                      ///< strings, integers, lists, null
    std::optional<std::string> error; ///< the server's words, "WRONGPASS invalid username-password pair"

    Reply() = default;
};

class ReplyParser {
public:
    /// `limit`: bytes of one reply.
    explicit ReplyParser(std::size_t limit);
    ReplyParser(const ReplyParser&) = delete;
    ReplyParser& operator=(const ReplyParser&) = delete;
    ~ReplyParser();

    void feed(std::string_view bytes);

    /// The next whole reply; nothing when more is needed. Failures: refused (it does not speak RESP), limit. Nothing
    /// comes after a failure.
    Result<std::optional<Reply>> next();

private:
    struct Reader;

    std::unique_ptr<Reader> reader_;
    std::size_t limit_;
};

/// A command as it is sent.
std::string command_text(std::span<const std::string_view> words);
std::string command_text(std::initializer_list<std::string_view> words);

} // namespace forager::redis
