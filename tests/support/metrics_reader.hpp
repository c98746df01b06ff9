// Reads OpenMetrics text as strictly as its standard asks, for tests: any mistake is thrown with its line.
#pragma once

#include <cctype>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace forager::test {

class MetricsReader {
public:
    /// NAME{LABEL="VALUE",…} with its labels in their order → the number.
    std::map<std::string, double> samples;
    std::map<std::string, std::string> types;
    std::map<std::string, std::string> units;

    explicit MetricsReader(const std::string& text)
    {
        std::size_t at = 0;
        while (at < text.size()) {
            const std::size_t end = text.find('\n', at);
            if (end == std::string::npos)
                throw std::runtime_error{"the last line has no end"};
            line_ = text.substr(at, end - at);
            at = end + 1;
            read_line(at == text.size());
        }
        if (!ended_)
            throw std::runtime_error{"there is no text"};
        check_histograms();
    }

private:
    [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error{what + ": " + line_}; }

    void read_line(bool last)
    {
        ended_ = line_ == "# EOF";
        if (ended_ != last)
            fail("# EOF is not the last line, or not alone");
        if (ended_)
            return;
        if (line_.starts_with("# "))
            read_meta();
        else
            read_sample();
    }

    void read_meta()
    {
        const std::size_t word = line_.find(' ', 2);
        const std::size_t name = word == std::string::npos ? word : line_.find(' ', word + 1);
        if (name == std::string::npos)
            fail("half a description");
        const std::string kind = line_.substr(2, word - 2);
        const std::string about = line_.substr(word + 1, name - word - 1);
        const std::string rest = line_.substr(name + 1);
        if (about != family_) {
            if (!families_.insert(about).second)
                fail("a family in two places");
            if (kind != "TYPE")
                fail("a family without a type first");
            family_ = about;
        }
        if (kind == "TYPE")
            set(types, rest);
        else if (kind == "UNIT")
            set(units, rest);
        else if (kind != "HELP" || rest.empty())
            fail("no such description");
        if (kind == "UNIT" && !about.ends_with("_" + rest))
            fail("a name without its unit");
    }

    void set(std::map<std::string, std::string>& map, const std::string& value)
    {
        if (!map.emplace(family_, value).second)
            fail("described twice");
    }

    void read_sample()
    {
        std::size_t at = 0;
        while (at < line_.size() && (std::isalnum(static_cast<unsigned char>(line_[at])) != 0 || line_[at] == '_'))
            ++at;
        const std::string name = line_.substr(0, at);
        check_name(name);
        if (at < line_.size() && line_[at] == '{')
            at = read_labels(at + 1);
        if (at >= line_.size() || line_[at] != ' ')
            fail("no space before the number");
        char* end = nullptr;
        const double number = std::strtod(line_.c_str() + at + 1, &end);
        if (end == line_.c_str() + at + 1 || *end != '\0')
            fail("no number");
        if (!samples.emplace(line_.substr(0, at), number).second)
            fail("the same sample twice");
    }

    void check_name(const std::string& name) const
    {
        const std::string suffix = name.starts_with(family_) ? name.substr(family_.size()) : "?";
        static const std::map<std::string, std::set<std::string>> allowed = {
            {"gauge", {""}}, {"counter", {"_total"}}, {"histogram", {"_bucket", "_count", "_sum"}}};
        const auto type = types.find(family_);
        if (type == types.end() || !allowed.at(type->second).contains(suffix))
            fail("a sample that is not of its family");
    }

    // From behind the brace; gives the place after the closing one.
    std::size_t read_labels(std::size_t at)
    {
        std::set<std::string> names;
        for (;;) {
            const std::size_t equals = line_.find("=\"", at);
            if (equals == std::string::npos || !names.insert(line_.substr(at, equals - at)).second)
                fail("a bad label");
            at = after_value(equals + 2);
            if (at < line_.size() && line_[at] == '}')
                return at + 1;
            if (at >= line_.size() || line_[at] != ',')
                fail("labels without a comma");
            ++at;
        }
    }

    std::size_t after_value(std::size_t at) const
    {
        for (; at < line_.size(); ++at) {
            if (line_[at] == '"')
                return at + 1;
            if (line_[at] != '\\')
                continue;
            ++at;
            if (at == line_.size() || std::string{"\\\"n"}.find(line_[at]) == std::string::npos)
                fail("a bad escape");
        }
        fail("a label without an end");
    }

    // The last bucket holds as many as the count says.
    void check_histograms()
    {
        for (const auto& [name, value] : samples) {
            const std::size_t bucket = name.find("_bucket{");
            const std::size_t le = name.find("le=\"+Inf\"");
            if (bucket == std::string::npos || le == std::string::npos)
                continue;
            const std::string labels = name.substr(bucket + 8, le - bucket - 8);
            const std::string rest = labels.empty() ? "" : "{" + labels.substr(0, labels.size() - 1) + "}";
            const auto count = samples.find(name.substr(0, bucket) + "_count" + rest);
            if (count == samples.end() || count->second != value)
                throw std::runtime_error{"a count that is not the last bucket: " + name};
        }
    }

    std::string line_;
    std::string family_;
    std::set<std::string> families_;
    bool ended_ = false;
};

} // namespace forager::test
