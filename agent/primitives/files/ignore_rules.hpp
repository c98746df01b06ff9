// Which files of a folder are left out, as a .dockerignore says: one pattern a line, the last one that fits decides,
// and one that begins with `!` takes back. Pure. Source: the Dockerfile reference, ".dockerignore file".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forager {

class IgnoreRules {
public:
    /// Everything can be read: what fits nothing leaves nothing out.
    explicit IgnoreRules(std::string_view text = {});

    /// Of a path relative to the folder, with slashes: whether it, or a folder above it, is left out.
    bool leaves_out(std::string_view path) const;

    /// Whether nothing below a folder that is left out can come back.
    bool are_final() const { return !takes_back_; }

private:
    struct Rule {
        std::vector<std::string> parts; ///< `**` stands for any number of them
        bool leaves_out = true;
    };

    std::vector<Rule> rules_;
    bool takes_back_ = false;
};

} // namespace forager
