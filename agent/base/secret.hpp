// A key, password or token in the configuration. Whoever prints it by accident prints nothing worth knowing.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_{std::move(text)} {}

    bool empty() const { return text_.empty(); }

    /// The text itself, for the one who proves with it who he is.
    const std::string& reveal() const { return text_; }

    /// What may be shown: "(hidden)", or nothing where there is none.
    std::string_view shown() const { return text_.empty() ? "" : "(hidden)"; }

    bool operator==(const Secret&) const = default;

private:
    std::string text_;
};

inline std::ostream& operator<<(std::ostream& stream, const Secret& secret)
{
    return stream << secret.shown();
}

} // namespace forager
