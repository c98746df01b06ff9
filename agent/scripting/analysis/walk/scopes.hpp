// Which name means which local variable, block by block, and what those that never change are known to be.
#pragma once

#include "scripting/analysis/known.hpp"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace forager::scripting {

/// One local variable. Its number counts declarations from the start of the file: the same whenever it is walked.
struct Local {
    std::size_t number = 0;
    Known known;
};

class Scopes {
public:
    /// Opens a block for as long as it lives.
    class Block {
    public:
        explicit Block(Scopes& scopes) : scopes_{scopes}, begin_{scopes.declared_.size()} {}
        Block(const Block&) = delete;
        Block& operator=(const Block&) = delete;
        ~Block() { scopes_.close(begin_); }

    private:
        Scopes& scopes_;
        std::size_t begin_;
    };

    /// Declares a variable in the innermost block; gives its number. The name must outlive the block.
    std::size_t declare(std::string_view name);

    /// The variable that the name means here; null for a global one. Valid until the next declaration.
    const Local* find(std::string_view name) const;

    /// What the variable that was declared last is known to be.
    void know(Known known);

    /// The names of all variables that can be seen here.
    const std::vector<std::string_view>& visible() const { return declared_; }

private:
    void close(std::size_t begin);

    std::unordered_map<std::string_view, std::vector<Local>> locals_; // the innermost one last
    std::vector<std::string_view> declared_;
    std::size_t next_ = 0;
};

} // namespace forager::scripting
