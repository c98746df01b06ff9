#include "core/reconcile/amounts.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::reconcile;

TEST_CASE("cores are numbers, text and thousandths")
{
    CHECK(cores_in(2) == 2.0);
    CHECK(cores_in(0.5) == 0.5);
    CHECK(cores_in("1.5") == 1.5);
    CHECK(cores_in(" 250m ") == 0.25);
    for (const Value& bad : {Value{"m"}, Value{"1x"}, Value{0}, Value{-1}, Value{""}, Value{"nan"}, Value{"inf"},
                             Value{1e9}, Value{true}, Value{nullptr}})
        CHECK_FALSE(cores_in(bad).has_value());
}

TEST_CASE("memory is a number of bytes or has a unit of ours or of Kubernetes'")
{
    CHECK(bytes_in(1'000'000) == 1'000'000);
    CHECK(bytes_in(1e6) == 1'000'000);
    CHECK(bytes_in("128Mi") == 128U * 1024 * 1024);
    CHECK(bytes_in("64MB") == 64U * 1024 * 1024);
    CHECK(bytes_in("1.5Gi") == 1'610'612'736);
    CHECK(bytes_in("128M") == 128'000'000);
    CHECK(bytes_in("512Ki") == 512U * 1024);
    CHECK(bytes_in("4096") == 4096);
    for (const Value& bad :
         {Value{"Mi"}, Value{"1Xi"}, Value{0}, Value{-5}, Value{"0.1"}, Value{"1e99Ti"}, Value{1e300}, Value{Array{}}})
        CHECK_FALSE(bytes_in(bad).has_value());
}
