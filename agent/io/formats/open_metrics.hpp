// Writes metrics as OpenMetrics text, or in the older form that Prometheus reads, family by family. Used by [http].
#pragma once

#include "base/histogram.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager {

enum class MetricType { gauge, counter, histogram };

class MetricsText {
public:
    enum class Form { open_metrics, prometheus };

    /// Values of any bytes; what is not UTF-8 in them is replaced.
    using Labels = std::vector<std::pair<std::string, std::string>>;

    explicit MetricsText(Form form) : form_{form} {}

    /// What the samples after it belong to. `name` ends with its unit, a base unit, where it has one; a counter's is
    /// given without "_total". Each name once.
    void family(std::string name, MetricType type, std::string_view unit, std::string_view help);

    void sample(double value, const Labels& labels = {});
    void sample(const Histogram& histogram, const Labels& labels);

    std::string finish();

    /// What the text is called in Content-Type.
    static std::string_view media_type(Form form);

private:
    void line(std::string_view suffix, const Labels& labels, std::string_view value);

    Form form_;
    std::string name_;
    MetricType type_ = MetricType::gauge;
    std::string text_;
};

} // namespace forager
