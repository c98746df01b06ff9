// What a request is waiting for, for the sentence that a time limit ends it with.
#pragma once

#include <string>
#include <string_view>

namespace forager::http {

class Progress {
public:
    /// "waiting for" …: both parts follow one another in a message.
    void now(std::string_view doing, std::string_view peer)
    {
        doing_ = doing;
        peer_ = peer;
    }

    std::string text() const { return peer_.empty() ? doing_ : doing_ + " " + peer_; }

private:
    std::string doing_ = "starting";
    std::string peer_;
};

} // namespace forager::http
