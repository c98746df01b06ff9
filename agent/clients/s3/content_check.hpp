// Whether bytes that came are those that were put. Used by gets, on the blocking pool. Pure.
#pragma once

#include "clients/s3/object_head.hpp"
#include "clients/s3/part_plan.hpp"
#include "core/failure.hpp"
#include "io/formats/digest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager::s3 {

class ContentCheck {
public:
    /// `wanted`, as hexadecimal digits, goes before what the store knows; it may be empty.
    ContentCheck(const ObjectHead& head, std::string wanted);

    /// Whether there is anything to compare with.
    bool can_tell() const { return !wanted_.empty() || parts_.has_value(); }

    /// The content in its order.
    void add(std::string_view bytes);

    /// The SHA-256 of all of it. Failures: refused, when it is other content. The end of this object's use.
    Result<std::string> finish();

private:
    // The checksum of the checksums of all parts.
    struct Parts {
        explicit Parts(std::uint64_t part_size) : plan{PartPlan::for_stream(part_size)} {}
        void add(std::string_view bytes);
        std::string finish();

        PartPlan plan;
        int number = 1;
        std::uint64_t filled = 0; // of this part
        std::optional<Digester> part;
        std::string sums;
    };

    std::string key_;
    std::string wanted_;
    std::string parts_wanted_; // base64-N
    Digester whole_{Digest::sha256};
    std::optional<Parts> parts_;
};

} // namespace forager::s3
