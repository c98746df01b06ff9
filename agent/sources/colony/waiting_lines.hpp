// Lines of all processes of one executor that its server has not heard yet, as messages of at most 256 KB and of no
// more than 16 MB together: beyond that, lines in the middle are left out, and a word stands for them. Pure. Part of
// the colony source.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace forager::colony {

class WaitingLines {
public:
    /// A long line goes in pieces. `sending`: what is next is on its way, and stays as it is.
    void add(const std::string& id, std::string_view line, bool sending);

    bool has(std::string_view id) const { return all_.contains(id); }
    bool has_more_than_one(std::string_view id) const;
    std::vector<std::string> ids() const;

    /// The next message of a process that has one. It stays the next until `heard`.
    std::string next(const std::string& id);
    void heard(const std::string& id);

    /// How often the next message was refused, this time too.
    std::size_t refused(const std::string& id);
    void forgive(const std::string& id);

    /// Leaves a word that all is missing; gives the number of lines.
    std::size_t give_up(const std::string& id);
    /// Whether that word is what is next.
    bool is_given_up(const std::string& id) const;

    void drop(const std::string& id);

private:
    struct Gap {
        std::size_t lines = 0;
        std::size_t bytes = 0;
        void add(std::string_view message);
        std::string word(const std::string& why) const;
    };
    struct Lines {
        std::string head;             // what is next
        Gap gap;                      // what was left out after it
        std::deque<std::string> tail; // the messages that follow
        std::size_t refusals = 0;
        bool given_up = false;
        std::size_t tail_bytes() const;
    };

    void append(Lines& lines, std::string_view piece, bool sending);
    void make_room();
    void make_head(Lines& lines);

    std::map<std::string, Lines, std::less<>> all_;
    std::size_t bytes_ = 0; // of all
};

} // namespace forager::colony
