// Values of the configuration as text: from the environment and flags, in messages, in files. Pure.
#pragma once

#include "base/time.hpp"
#include "config/form.hpp"
#include "core/value.hpp"

#include <string>
#include <string_view>

namespace forager::config {

/// What the text of an environment variable or a flag means for a key of this kind. A text that means nothing stays
/// text, which the key then refuses.
Value value_from(Kind kind, const std::string& text);

/// The value with what it has of relative paths below `folder`.
Value below(const std::string& folder, Kind kind, Value value);

/// What a message may repeat of a value that was refused: never a secret, and then maybe nothing.
std::string shown_wrong(Kind kind, const Value& value);

/// The URL with "(hidden)" for user and password.
std::string shown_url(std::string_view url);

/// The shortest text that reads back as the same duration: "1h30m".
std::string duration_text(Duration duration);

/// NAME = VALUE as it stands in a file, without a line feed.
std::string as_line(const std::string& name, const Value& value);

} // namespace forager::config
