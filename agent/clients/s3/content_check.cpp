#include "clients/s3/content_check.hpp"

#include "io/formats/base64.hpp"

#include <algorithm>
#include <utility>

namespace forager::s3 {

ContentCheck::ContentCheck(const ObjectHead& head, std::string wanted)
    : key_{head.object.key},
      wanted_{wanted.empty() ? head.object.sha256 : std::move(wanted)},
      parts_wanted_{head.parts_sha256}
{
    if (wanted_.empty() && head.part_size > 0 && !parts_wanted_.empty())
        parts_.emplace(head.part_size);
}

void ContentCheck::add(std::string_view bytes)
{
    whole_.add(bytes);
    if (parts_)
        parts_->add(bytes);
}

Result<std::string> ContentCheck::finish()
{
    std::string sum = to_hex(whole_.finish());
    if (!wanted_.empty() && sum != wanted_)
        return Failure{Errc::refused, "the content of '" + key_ + "' is not what it should be: its SHA-256 is " + sum +
                                          ", not " + wanted_};
    if (parts_ && parts_->finish() != parts_wanted_)
        return Failure{Errc::refused,
                       "the content of '" + key_ + "' is not what was put: the checksum of its parts is another"};
    return sum;
}

void ContentCheck::Parts::add(std::string_view bytes)
{
    while (!bytes.empty()) {
        if (!part)
            part.emplace(Digest::sha256);
        const std::uint64_t size = plan.size_of(number);
        const std::string_view piece = bytes.substr(0, size - filled);
        part->add(piece);
        filled += piece.size();
        bytes.remove_prefix(piece.size());
        if (filled < size)
            continue;
        sums += part->finish();
        part.reset();
        filled = 0;
        ++number;
    }
}

std::string ContentCheck::Parts::finish()
{
    if (part)
        sums += part->finish();
    return to_base64(digest(Digest::sha256, sums)) + "-" + std::to_string(sums.size() / 32);
}

} // namespace forager::s3
