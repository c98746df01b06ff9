#include "io/formats/open_metrics.hpp"

#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace forager {

namespace {

std::string_view name_of(MetricType type)
{
    switch (type) {
    case MetricType::gauge: return "gauge";
    case MetricType::counter: return "counter";
    case MetricType::histogram: return "histogram";
    }
    return "unknown";
}

std::string number_text(double value)
{
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> buffer{};
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), written.ptr};
}

// A bound is a floating number even where it is whole.
std::string bound_text(double bound)
{
    const std::string text = number_text(bound);
    return text.find_first_of(".eI") == std::string::npos ? text + ".0" : text;
}

std::string ascii_only(std::string_view text)
{
    std::string result{text};
    for (char& c : result)
        if (static_cast<unsigned char>(c) >= 0x80)
            c = '?';
    return result;
}

std::string escaped(std::string_view text)
{
    std::string result;
    for (const char c : is_utf8(text) ? std::string{text} : ascii_only(text)) {
        if (c == '\n')
            result += "\\n";
        else if (c == '"' || c == '\\')
            result.append({'\\', c});
        else
            result += c;
    }
    return result;
}

std::string labels_text(const MetricsText::Labels& labels)
{
    std::string text;
    for (const auto& [name, value] : labels)
        text += (text.empty() ? "{" : ",") + name + "=\"" + escaped(value) + "\"";
    return text.empty() ? text : text + "}";
}

} // namespace

void MetricsText::family(std::string name, MetricType type, std::string_view unit, std::string_view help)
{
    name_ = std::move(name);
    type_ = type;
    const bool old = form_ == Form::prometheus;
    const std::string shown = name_ + (old && type == MetricType::counter ? "_total" : "");
    text_ += "# TYPE " + shown + " " + std::string{name_of(type)} + "\n";
    if (!old && !unit.empty())
        text_ += "# UNIT " + shown + " " + std::string{unit} + "\n";
    text_ += "# HELP " + shown + " " + escaped(help) + "\n";
}

void MetricsText::line(std::string_view suffix, const Labels& labels, std::string_view value)
{
    text_.append(name_).append(suffix).append(labels_text(labels)).append(" ").append(value).append("\n");
}

void MetricsText::sample(double value, const Labels& labels)
{
    line(type_ == MetricType::counter ? "_total" : "", labels, number_text(value));
}

void MetricsText::sample(const Histogram& histogram, const Labels& labels)
{
    std::uint64_t total = 0;
    Labels with_bound = labels;
    with_bound.emplace_back("le", "");
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        total += histogram.counts()[i];
        with_bound.back().second = i < Histogram::bounds.size() ? bound_text(Histogram::bounds[i]) : "+Inf";
        line("_bucket", with_bound, std::to_string(total));
    }
    line("_count", labels, std::to_string(total));
    line("_sum", labels, number_text(histogram.sum()));
}

std::string MetricsText::finish()
{
    if (form_ == Form::open_metrics)
        text_ += "# EOF\n";
    return std::move(text_);
}

std::string_view MetricsText::media_type(Form form)
{
    return form == Form::open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                      : "text/plain; version=0.0.4; charset=utf-8";
}

} // namespace forager
