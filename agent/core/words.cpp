#include "core/words.hpp"

#include <optional>

namespace forager {

namespace {

bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

// Inside double quotes a backslash is one, unless it stands before what it could be needed for.
bool is_special_in_quotes(char byte)
{
    return byte == '"' || byte == '\\' || byte == '$' || byte == '`';
}

class Reader {
public:
    explicit Reader(std::string_view line) : line_{line} {}

    Result<std::vector<std::string>> read()
    {
        while (at_ < line_.size()) {
            const char byte = line_[at_++];
            if (is_space(byte)) {
                end_word();
                continue;
            }
            if (!word_)
                word_.emplace();
            auto taken = take(byte);
            if (taken.has_error())
                return taken.error();
        }
        end_word();
        return std::move(words_);
    }

private:
    Result<void> take(char byte)
    {
        if (byte == '\'')
            return take_quoted('\'');
        if (byte == '"')
            return take_quoted('"');
        if (byte != '\\') {
            *word_ += byte;
            return {};
        }
        if (at_ == line_.size())
            return Failure{Errc::bad_arguments, "the command ends with a backslash, which says that something follows"};
        *word_ += line_[at_++];
        return {};
    }

    Result<void> take_quoted(char quote)
    {
        while (at_ < line_.size()) {
            char byte = line_[at_++];
            if (byte == quote)
                return {};
            const bool escapes = quote == '"' && byte == '\\' && at_ < line_.size() && is_special_in_quotes(line_[at_]);
            if (escapes)
                byte = line_[at_++];
            *word_ += byte;
        }
        return Failure{Errc::bad_arguments, std::string{"the command has a quote that is not closed: "} + quote};
    }

    void end_word()
    {
        if (word_)
            words_.push_back(std::move(*word_));
        word_.reset();
    }

    std::string_view line_;
    std::size_t at_ = 0;
    std::optional<std::string> word_;
    std::vector<std::string> words_;
};

} // namespace

Result<std::vector<std::string>> words_in(std::string_view line)
{
    return Reader{line}.read();
}

} // namespace forager
