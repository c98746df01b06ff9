#include "cli/progress.hpp"

#include "cli/plain_progress.hpp"

namespace forager::cli {

std::unique_ptr<Progress> make_progress(const Common& common)
{
    return std::make_unique<PlainProgress>(common.quiet, common.verbose);
}

} // namespace forager::cli
