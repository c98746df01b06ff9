#include "io/formats/open_metrics.hpp"

#include "metrics_reader.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

TEST_CASE("gauges and counters are written with type, unit and help, and an end")
{
    MetricsText text{MetricsText::Form::open_metrics};
    text.family("a_heap_bytes", MetricType::gauge, "bytes", "What it \"holds\".\nIn all.");
    text.sample(1.5);
    text.family("a_lines", MetricType::counter, "", "Lines.");
    text.sample(12345678901, {{"level", "info"}});
    CHECK(text.finish() == "# TYPE a_heap_bytes gauge\n# UNIT a_heap_bytes bytes\n"
                           "# HELP a_heap_bytes What it \\\"holds\\\".\\nIn all.\na_heap_bytes 1.5\n"
                           "# TYPE a_lines counter\n# HELP a_lines Lines.\n"
                           "a_lines_total{level=\"info\"} 12345678901\n# EOF\n");
}

TEST_CASE("labels of any bytes leave the text readable")
{
    MetricsText text{MetricsText::Form::open_metrics};
    text.family("a", MetricType::gauge, "", "A.");
    text.sample(1, {{"x", "quote \" slash \\ line\nend"}, {"y", "é"}});
    text.sample(2, {{"x", "\xff}"}, {"y", ""}});
    const MetricsReader read{text.finish()};
    CHECK(read.samples.at(R"(a{x="quote \" slash \\ line\nend",y="é"})") == 1);
    CHECK(read.samples.at(R"(a{x="?}",y=""})") == 2);
}

TEST_CASE("a histogram is cumulative, and its bounds are floating numbers")
{
    Histogram histogram;
    for (const double seconds : {0.001, 0.005, 0.3, 20.0, 100'000.0})
        histogram.add(seconds);
    MetricsText text{MetricsText::Form::open_metrics};
    text.family("a_seconds", MetricType::histogram, "seconds", "A.");
    text.sample(histogram, {{"f", "g"}});
    const MetricsReader read{text.finish()};
    CHECK(read.samples.at(R"(a_seconds_bucket{f="g",le="0.005"})") == 2);
    CHECK(read.samples.at(R"(a_seconds_bucket{f="g",le="0.5"})") == 3);
    CHECK(read.samples.at(R"(a_seconds_bucket{f="g",le="60.0"})") == 4);
    CHECK(read.samples.at(R"(a_seconds_bucket{f="g",le="3600.0"})") == 4);
    CHECK(read.samples.at(R"(a_seconds_bucket{f="g",le="+Inf"})") == 5);
    CHECK(read.samples.at(R"(a_seconds_count{f="g"})") == 5);
    CHECK(read.samples.at(R"(a_seconds_sum{f="g"})") == doctest::Approx(100'020.306));
}

TEST_CASE("the older form has neither units nor an end, and names counters in full")
{
    MetricsText text{MetricsText::Form::prometheus};
    text.family("a_seconds", MetricType::counter, "seconds", "A.");
    text.sample(1);
    CHECK(text.finish() == "# TYPE a_seconds_total counter\n# HELP a_seconds_total A.\na_seconds_total 1\n");
}
