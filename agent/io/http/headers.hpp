// Header fields in their order; a name may stand more than once and is found in any case. Used by requests and answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace forager::http {

struct Header {
    std::string name;
    std::string value;
    bool operator==(const Header&) const = default;
};

class Headers {
public:
    /// The first value of this name, or a null pointer.
    const std::string* find(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;

    void add(std::string name, std::string value);
    /// Replaces all of this name.
    void set(std::string name, std::string value);
    void remove(std::string_view name);

    std::size_t size() const { return fields_.size(); }
    auto begin() const { return fields_.begin(); }
    auto end() const { return fields_.end(); }

    bool operator==(const Headers&) const = default;

private:
    std::vector<Header> fields_;
};

/// Whether the two are the same name: ASCII letters in either case.
bool same_name(std::string_view a, std::string_view b);

/// A method's or a header's name as RFC 9110 allows it.
bool is_token(std::string_view text);

/// No line break or other control character, which could smuggle a header or a request.
bool is_header_value(std::string_view text);

std::string lower_case(std::string_view text);

} // namespace forager::http
