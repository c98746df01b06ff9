#include "config/reader.hpp"

#include "base/text.hpp"
#include "config/text_file.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace forager::config {

namespace {

constexpr std::size_t longest_secret = std::size_t{64} * 1024;
constexpr unsigned for_others = 0077;

std::string section_path(const Section& section, std::size_t row)
{
    return section.name + "[" + std::to_string(row + 1) + "]";
}

} // namespace

std::size_t Reader::add_row(const Section& section, const Spot& spot)
{
    section.add(settings_);
    const std::size_t row = section.rows(settings_) - 1;
    spots_.insert_or_assign(section_path(section, row), spot);
    return row;
}

std::optional<std::string> Reader::put(const Target& target, const Value& value, const Spot& spot)
{
    const auto& [section, row, key] = target;
    if (!key.read(settings_, row, value)) {
        const std::string shown = shown_wrong(key.kind, value);
        return target.path() + " must be " + key.wanted + (shown.empty() ? "" : ", not " + shown);
    }
    secret_files_.erase(target.path());
    spots_.insert_or_assign(target.path(), spot);
    return std::nullopt;
}

bool Reader::set(const Target& target, const Value& value, const Spot& spot)
{
    const auto wrong = put(target, value, spot);
    if (wrong)
        complain(spot.place, *wrong);
    return !wrong;
}

void Reader::set_if_it_fits(const Target& target, const Value& value, const Spot& spot)
{
    if (const auto wrong = put(target, value, spot))
        warn(spot.place + " is left out: " + *wrong);
}

void Reader::set_from_file(const Target& target, const std::string& file, bool guarded, const Spot& spot)
{
    secret_files_.erase(target.path());
    secret_files_.emplace(target.path(), SecretFile{target, file, guarded});
    spots_.insert_or_assign(target.path(), spot);
}

void Reader::complain(std::string where, std::string message)
{
    std::ranges::replace(message, '\n', ' '); // of what is quoted: a problem is a line
    Failure failure{Errc::bad_arguments, std::move(message)};
    failure.where = std::move(where);
    failure.declaration = true;
    problems_.push_back(std::move(failure));
}

const Spot* Reader::set_by(std::string_view path) const
{
    const auto found = spots_.find(path);
    return found == spots_.end() ? nullptr : &found->second;
}

void Reader::open_secrets()
{
    for (const auto& [path, secret] : secret_files_)
        open_secret(secret, *set_by(path));
    secret_files_.clear();
}

void Reader::open_secret(const SecretFile& secret, const Spot& spot)
{
    const std::string path = secret.target.path();
    const auto file = read_text_file(secret.file, longest_secret);
    if (!file)
        return complain(spot.place, path + ": " + file.error().message);
    const std::string text{trimmed(file->text)};
    if (text.empty())
        return complain(spot.place, path + ": " + secret.file + " is empty");
    if (!secret.target.key.read(settings_, secret.target.row, text))
        return complain(spot.place, path + ": " + secret.file + " holds no text");
    if (secret.guarded && (file->mode & for_others) != 0)
        warn(spot.place + ": others can read " + secret.file + ", which holds " + path + ": chmod 600 would end that");
}

std::vector<Origin> Reader::origins() const
{
    std::vector<Origin> origins;
    for (const Section& section : sections())
        for (std::size_t row = 0; row < rows_of(section, settings_); ++row)
            for (const Key& key : section.keys) {
                std::string path = path_of(section, row, key);
                const Spot* spot = set_by(path);
                origins.push_back(
                    {std::move(path), key.show(settings_, row), spot == nullptr ? "default" : spot->from});
            }
    return origins;
}

Examination Reader::finish()
{
    std::vector<Origin> all = origins();
    return {{std::move(settings_), std::move(all), std::move(warnings_)}, std::move(problems_)};
}

} // namespace forager::config
