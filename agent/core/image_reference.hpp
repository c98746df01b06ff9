// The name of a container image, taken apart and brought to one form: "nginx" is "nginx:latest", and so is
// "docker.io/library/nginx". Pure. Source: the reference grammar of the distribution project.
#pragma once

#include "core/failure.hpp"

#include <string>
#include <string_view>

namespace forager {

struct ImageReference {
    std::string repository; ///< "nginx", "team/app", "registry.example.org:5000/app"
    std::string tag;        ///< "latest" where neither tag nor digest was given
    std::string digest;     ///< "sha256:…", may be empty

    /// The one form: repository, and the digest, or else the tag.
    std::string text() const;

    bool operator==(const ImageReference&) const = default;
};

/// Failures: bad_arguments, showing the text and what is wrong with it.
Result<ImageReference> parse_image(std::string_view text);

/// An image's id instead of its name: "sha256:HEX", or 12 to 64 hexadecimal digits, which may name a repository, too.
bool is_image_id(std::string_view text);

} // namespace forager
