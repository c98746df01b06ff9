#include "store/write_ahead_log.hpp"

#include <bit>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>

namespace forager::store {

namespace {

constexpr std::size_t head_size = 32;
constexpr std::size_t frame_head_size = 24;
constexpr std::size_t summed_of_head = 24;      // what the head's own checksum covers
constexpr std::size_t summed_of_frame_head = 8; // the same of a frame's head; its page follows
constexpr std::uint32_t magic = 0x377f0682;     // and the last bit: the checksums' words are big-endian
constexpr std::size_t smallest_page = 512;
constexpr std::size_t largest_page = 65536;
constexpr std::size_t usual_page = 4096; // where the head does not tell

std::uint32_t word_at(std::string_view bytes, std::size_t at, bool big = true)
{
    std::uint32_t word = 0;
    for (std::size_t n = 0; n < 4; ++n)
        word |= std::uint32_t{static_cast<unsigned char>(bytes[at + n])} << (8 * (big ? 3 - n : n));
    return word;
}

struct Sum {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    bool operator==(const Sum&) const = default;

    void add(std::string_view bytes, bool big)
    {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            first += word_at(bytes, at, big) + second;
            second += word_at(bytes, at + 4, big) + first;
        }
    }
};

Sum sum_at(std::string_view bytes, std::size_t at)
{
    return {word_at(bytes, at), word_at(bytes, at + 4)};
}

// The frames of one log have the same two random words; others were left by the log before it in the same file.
class Frames {
public:
    explicit Frames(const std::string& path) : file_{path, std::ios::binary} { read_head(); }

    std::size_t behind_damage()
    {
        bool sound = head_is_sound_;
        std::size_t behind = 0;
        while (read_frame()) {
            sound = sound && fits();
            if (!sound && is_commit())
                ++behind;
        }
        return behind;
    }

private:
    void read_head()
    {
        std::string head(head_size, '\0');
        if (!file_.read(head.data(), head_size))
            return;
        big_ = (word_at(head, 0) & 1U) != 0;
        sum_.add(std::string_view{head}.substr(0, summed_of_head), big_);
        const std::size_t page = word_at(head, 8);
        head_is_sound_ = (word_at(head, 0) & ~1U) == magic && sum_ == sum_at(head, summed_of_head) &&
                         page >= smallest_page && page <= largest_page && std::has_single_bit(page);
        frame_.resize(frame_head_size + (head_is_sound_ ? page : usual_page));
        if (head_is_sound_)
            salts_ = sum_at(head, 16);
    }

    bool read_frame() { return !frame_.empty() && file_.read(frame_.data(), std::ssize(frame_)).good(); }

    bool fits()
    {
        sum_.add(std::string_view{frame_}.substr(0, summed_of_frame_head), big_);
        sum_.add(std::string_view{frame_}.substr(frame_head_size), big_);
        return sum_ == sum_at(frame_, 16) && *salts_ == sum_at(frame_, 8) && word_at(frame_, 0) != 0;
    }

    // Where the head is lost, the first frame tells which log it is.
    bool is_commit()
    {
        const Sum salts = sum_at(frame_, 8);
        if (!salts_)
            salts_ = salts;
        return *salts_ == salts && word_at(frame_, 4) != 0;
    }

    std::ifstream file_;
    std::string frame_;
    Sum sum_;
    std::optional<Sum> salts_;
    bool big_ = false;
    bool head_is_sound_ = false;
};

} // namespace

std::size_t commits_behind_damage(const std::string& path)
{
    Frames frames{path};
    return frames.behind_damage();
}

} // namespace forager::store
