// Paths as scripts give them: any bytes. Small helpers of this folder.
#pragma once

#include "core/failure.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace forager {

/// The path between quotation marks for a message, with bytes that are no text as \xHH.
std::string shown(std::string_view path);

/// "cannot VERB 'PATH'": how each failure of this folder begins.
std::string cannot(std::string_view verb, std::string_view path);

/// The failure for a path that the system could not even be asked about: empty, or with a NUL byte.
std::optional<Failure> unusable(std::string_view verb, std::string_view path);

/// The folder that holds the path: "." where none is named.
std::string parent_of(std::string_view path);

/// The last part of the path, whatever slashes follow it.
std::string name_of(std::string_view path);

std::string joined(std::string_view folder, std::string_view name);

/// "file", "folder", "link", "pipe", "socket" or "device".
std::string_view type_name(mode_t mode);

/// Letters and digits that nobody guesses, for names beside other names.
std::string random_name();

/// Set from the strand when the caller is cancelled; read by long work on the pool.
using Stop = std::atomic<bool>;

Failure stopped(const std::string& attempt);

} // namespace forager
