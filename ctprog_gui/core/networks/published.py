"""Published encoders by name: what each is made of, and where its saliency is read."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ctprog_gui.core.networks.encoder import Backbone, SliceEncoder, Step
from ctprog_gui.core.networks.medvit import MedViTSmall
from ctprog_gui.core.networks.published_cnn import (
    RESNET_101,
    VGG_19,
    AlexNet,
    EfficientNetB0,
    ResNet,
    Vgg,
)
from ctprog_gui.core.networks.published_inception import InceptionV3
from ctprog_gui.core.networks.spec import EncoderSpec
from ctprog_gui.core.networks.vision_transformer import VisionTransformer
from ctprog_gui.core.networks.volume_encoder import ResNet3d18, VolumeEncoder

# Of colour photographs, for weights from ImageNet; grey is given to all three channels.
_MEAN, _SD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Of Inception V3: its weights are Google's, learnt on values from −1 to 1; torchvision undoes ImageNet's
# mean and SD before them (`transform_input`).
_HALF = (0.5, 0.5, 0.5)


class PublishedEncoder(SliceEncoder):
    """A published network behind the normalisation that its weights expect."""

    mean: Tensor
    sd: Tensor

    def __init__(
        self,
        backbone: nn.Module,
        saliency_layer: nn.Module,
        spec: EncoderSpec,
        *,
        mean: tuple[float, float, float] = _MEAN,
        sd: tuple[float, float, float] = _SD,
    ) -> None:
        super().__init__(backbone, saliency_layer, spec)
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("sd", torch.tensor(sd).view(1, 3, 1, 1), persistent=False)

    def steps(self) -> list[Step]:
        assert isinstance(self.backbone, Backbone)
        return [self._normal, *self.backbone.steps()]

    def _normal(self, slices: Tensor) -> Tensor:
        return (slices - self.mean) / self.sd


def efficientnet_b0(spec: EncoderSpec) -> SliceEncoder:
    backbone = EfficientNetB0()
    # The last stage of 16 pixels a cell.
    return PublishedEncoder(backbone, backbone.features[5], spec)


def resnet50(spec: EncoderSpec) -> SliceEncoder:
    backbone = ResNet()
    return PublishedEncoder(backbone, backbone.layer3, spec)


def resnet101(spec: EncoderSpec) -> SliceEncoder:
    backbone = ResNet(RESNET_101)
    return PublishedEncoder(backbone, backbone.layer3, spec)


def vgg16(spec: EncoderSpec) -> SliceEncoder:
    backbone = Vgg()
    # Behind the last convolution, before the last pooling.
    return PublishedEncoder(backbone, backbone.features[-2], spec)


def vgg19(spec: EncoderSpec) -> SliceEncoder:
    backbone = Vgg(VGG_19)
    return PublishedEncoder(backbone, backbone.features[-2], spec)


def inception_v3(spec: EncoderSpec) -> SliceEncoder:
    backbone = InceptionV3()
    # The last stage of 16 pixels a cell.
    return PublishedEncoder(backbone, backbone.get_submodule("Mixed_6e"), spec, mean=_HALF, sd=_HALF)


def alexnet(spec: EncoderSpec) -> SliceEncoder:
    backbone = AlexNet()
    return PublishedEncoder(backbone, backbone.features[11], spec)


def vit_b_16(spec: EncoderSpec) -> SliceEncoder:
    backbone = VisionTransformer(width=768, depth=12, heads=12, patch=16, grid=14)
    return PublishedEncoder(backbone, backbone.patches, spec)


def vit_s_14(spec: EncoderSpec) -> SliceEncoder:
    """DINOv2's smallest; its positions were learnt on images of 518 pixels."""
    backbone = VisionTransformer(width=384, depth=12, heads=6, patch=14, grid=37, scaled=True)
    return PublishedEncoder(backbone, backbone.patches, spec)


class _DenseNet121(Backbone):
    """MONAI's without its classifier: 1024 features of images of any dimension."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        # Here: importing MONAI takes longer than importing PyTorch, and no other network needs it.
        from monai.networks.nets import DenseNet121

        self.features: nn.Module = DenseNet121(
            spatial_dims=dimensions, in_channels=3, out_channels=1
        ).features

    def steps(self) -> list[Step]:
        return [*self.features.children(), lambda maps: torch.relu(maps).flatten(2).mean(dim=2)]


def densenet121(spec: EncoderSpec) -> SliceEncoder:
    backbone = _DenseNet121(2)
    return PublishedEncoder(backbone, backbone.features.get_submodule("denseblock3"), spec)


def densenet3d_121(spec: EncoderSpec) -> SliceEncoder:
    backbone = _DenseNet121(3)
    return VolumeEncoder(backbone, backbone.features.get_submodule("denseblock2"), spec)


def medvit_small(spec: EncoderSpec) -> SliceEncoder:
    backbone = MedViTSmall()
    # Behind the third stage, of 16 pixels a cell.
    return PublishedEncoder(backbone, backbone.features[16], spec)


def resnet3d_18(spec: EncoderSpec) -> SliceEncoder:
    backbone = ResNet3d18()
    return VolumeEncoder(backbone, backbone.layer3, spec)
