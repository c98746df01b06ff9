// The folder of one kept command: whose it is, who keeps it, where its keeper listens, and its result once it has
// ended. The agent writes the claim, the keeper the rest. All of it blocks.
#pragma once

#include "io/process/identity.hpp"
#include "io/process/whole_file.hpp"
#include "io/system_failure.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// Whose command it is. The texts have no newlines.
struct KeptClaim {
    std::string root;
    std::string invocation;
    std::string part;  ///< a digest; empty: of no part
    std::string print; ///< a digest of the command
};

class KeptFolder {
public:
    explicit KeptFolder(std::string path) : path_{std::move(path)} {}

    const std::string& path() const { return path_; }

    /// Makes it anew, with the claim in it. Failures: those of the system.
    Result<void> make(const KeptClaim& claim) const;
    std::optional<KeptClaim> claim() const;

    /// Says who keeps the command.
    bool write_keeper(const ProcessIdentity& keeper) const { return write("keeper", to_text(keeper)); }
    std::optional<ProcessIdentity> keeper() const { return parse_identity(content("keeper")); }

    /// Where the keeper listens; both are none when that cannot be.
    Descriptor listen() const;
    Descriptor connect() const;

    /// What the keeper said to the end; empty: it has not ended.
    bool write_result(std::string_view words) const { return write("result", words); }
    std::string result() const { return content("result"); }
    bool has_result() const;

    void remove() const;

private:
    bool write(const char* name, std::string_view text) const { return write_whole(path_ + "/" + name, text); }
    std::string content(const char* name) const { return content_of(path_ + "/" + name); }

    std::string path_;
};

} // namespace forager
