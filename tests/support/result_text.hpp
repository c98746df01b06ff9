// Shows a failed result by its message when a check of a test fails.
#pragma once

#include "core/failure.hpp"

#include <doctest/doctest.h>

namespace doctest {

template <class T> struct StringMaker<boost::system::result<T, forager::Failure>> {
    static String convert(const boost::system::result<T, forager::Failure>& result)
    {
        return result ? String{"a success"} : String{("the failure: " + result.error().message).c_str()};
    }
};

} // namespace doctest
